import { closeSync, openSync, readSync } from 'node:fs';
import { isCompressed, MAGIC_BYTES } from './decompress.js';

export const STDIN = '-';

/** Something to read records from. */
export interface RecordFile {
  /** The path as it was given or found, for messages; `-` is stdin. */
  readonly path: string;
  /** Undefined for what can only be read once, from start to end, such as a pipe. */
  readonly bytes: number | undefined;
  /** Size on disk, as a measure of the work; 0 where it is not known. */
  readonly weight: number;
}

/** Whether a file is compressed, by its first bytes. False where it cannot be read, which is reported later. */
export function isCompressedFile(path: string): boolean {
  try {
    const fd = openSync(path, 'r');
    try {
      const head = Buffer.alloc(MAGIC_BYTES);
      return isCompressed(head.subarray(0, readSync(fd, head, 0, MAGIC_BYTES, 0)));
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
}
