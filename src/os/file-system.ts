import { statfsSync } from '../host/files.js';
import { Map } from '../host/intrinsics.js';

/** The file system of a file, as far as it matters to a mapped file that is stored to all the time. */
export interface FileSystem {
  /** Null where its kind is not known here. */
  readonly name: string | null;
  readonly isRemote: boolean;
}

/** `f_type` of statfs(2), from linux/magic.h and the headers of Lustre, GPFS and BeeGFS. */
const KINDS: ReadonlyMap<number, FileSystem> = new Map([
  [0x01021994, { name: 'tmpfs', isRemote: false }],
  [0x858458f6, { name: 'ramfs', isRemote: false }],
  [0xef53, { name: 'ext4', isRemote: false }],
  [0x58465342, { name: 'xfs', isRemote: false }],
  [0x9123683e, { name: 'btrfs', isRemote: false }],
  [0x2fc12fc1, { name: 'zfs', isRemote: false }],
  [0xf2f52010, { name: 'f2fs', isRemote: false }],
  [0x794c7630, { name: 'overlayfs', isRemote: false }],
  [0x6969, { name: 'nfs', isRemote: true }],
  [0xff534d42, { name: 'cifs', isRemote: true }],
  [0xfe534d42, { name: 'smb', isRemote: true }],
  [0x0bd00bd0, { name: 'lustre', isRemote: true }],
  [0x47504653, { name: 'gpfs', isRemote: true }],
  [0x19830326, { name: 'beegfs', isRemote: true }],
  [0x00c36400, { name: 'ceph', isRemote: true }],
  [0x5346414f, { name: 'afs', isRemote: true }],
  [0x20030528, { name: 'orangefs', isRemote: true }],
  [0x7461636f, { name: 'ocfs2', isRemote: true }],
]);

const UNKNOWN: FileSystem = { name: null, isRemote: false };

/** @throws {Error} the system's, where there is no such path */
export function fileSystemOf(path: string): FileSystem {
  // The field is signed on some machines.
  return KINDS.get(statfsSync(path).type >>> 0) ?? UNKNOWN;
}
