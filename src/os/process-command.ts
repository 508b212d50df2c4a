import { closeSync, openSync, readSync } from 'node:fs';

/** Shared by all calls: `run` looks at many processes, and the start of a command is enough. */
const bytes = Buffer.alloc(1024);

/** The first 1024 bytes of a process's arguments, with spaces between them; null where there are none. */
export function readCommand(pid: number): string | null {
  try {
    const file = openSync(`/proc/${pid}/cmdline`, 'r');
    try {
      const length = readSync(file, bytes, 0, bytes.length, 0);
      const text = bytes.toString('utf8', 0, length).replace(/\0+$/, '').replaceAll('\0', ' ');
      return text === '' ? null : text;
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}
