import { readlinkSync } from 'node:fs';
import { namesIn, textIn } from './read-if-possible.js';

export interface ListeningPort {
  /** To connect to it from this machine. */
  readonly host: string;
  readonly port: number;
}

const LISTENS = '0A';

/** The TCP ports that a process listens on; none where its descriptors cannot be seen. */
export function listeningPorts(pid: number): ListeningPort[] {
  const inodes = new Set(namesIn(`/proc/${pid}/fd`).flatMap((descriptor) => socketOf(pid, descriptor) ?? []));
  if (inodes.size === 0) return [];
  return [portsIn(`/proc/${pid}/net/tcp`, inodes), portsIn(`/proc/${pid}/net/tcp6`, inodes)].flat();
}

function socketOf(pid: number, descriptor: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1];
  } catch {
    return undefined;
  }
}

/** Whether any process listens on a TCP port, whichever of the addresses of this machine. */
export function isPortTaken(port: number): boolean {
  return ['/proc/net/tcp', '/proc/net/tcp6'].some((path) => listeningIn(path).some((found) => found.port === port));
}

function portsIn(path: string, inodes: ReadonlySet<string>): ListeningPort[] {
  return listeningIn(path)
    .filter(({ inode }) => inodes.has(inode))
    .map(({ address, port }) => ({ host: hostOf(address), port }));
}

interface Listening {
  /** Hexadecimal, each 32 bits of it in the order of the machine. */
  readonly address: string;
  readonly port: number;
  readonly inode: string;
}

/** `sl local_address rem_address st … inode` of a file of /proc. */
function listeningIn(path: string): Listening[] {
  const lines = (textIn(path) ?? '').split('\n').slice(1);
  return lines.flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [address, port] = (fields[1] ?? '').split(':');
    if (fields[3] !== LISTENS || address === undefined || port === undefined) return [];
    return [{ address, port: Number.parseInt(port, 16), inode: fields[9] ?? '' }];
  });
}

const ANY = /^0+$/;

function hostOf(address: string): string {
  const words = address.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)));
  if (bytes.length === 4) return ANY.test(address) ? '127.0.0.1' : bytes.join('.');
  if (ANY.test(address)) return '::1';
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((bytes[2 * index]! << 8) | bytes[2 * index + 1]!).toString(16),
  );
  return groups.join(':');
}
