import { readdirSync, readFileSync } from '../host/files.js';
import { Number } from '../host/intrinsics.js';

/** What is resident of a process besides its heaps, in bytes. */
export interface CodeAndStacks {
  /** Code and data of the program and its shared objects, and other files it has mapped. */
  readonly fileBytes: number;
  /** Stacks of all threads that were waiting; of one that runs, the stack pointer cannot be read. */
  readonly stackBytes: number;
}

/** Costs 3 ms in a small process, and more with its memory. Undefined where /proc does not tell. */
export function readCodeAndStacks(): CodeAndStacks | undefined {
  try {
    return codeAndStacks(readFileSync('/proc/self/smaps', 'latin1'), stackPointers());
  } catch {
    return undefined;
  }
}

/** `start-end access offset device inode path`, in hexadecimal but for the inode. */
const RANGE = /^([0-9a-f]+)-([0-9a-f]+) \S+ \S+ \S+ (\d+) *(.*)$/;

/**
 * Adds up /proc/PID/smaps: what comes from files, and the ranges that a stack pointer lies in.
 *
 * @param pointers stack pointers of the threads
 */
export function codeAndStacks(smaps: string, pointers: readonly number[]): CodeAndStacks {
  let fileBytes = 0;
  let stackBytes = 0;
  let kind: 'file' | 'stack' | 'other' = 'other';
  for (const line of smaps.split('\n')) {
    const range = RANGE.exec(line);
    if (range !== null) kind = kindOf(range, pointers);
    if (kind === 'other' || !line.startsWith('Rss:')) continue;
    const bytes = Number.parseInt(line.slice('Rss:'.length), 10) * 1024;
    if (kind === 'file') fileBytes += bytes;
    else stackBytes += bytes;
  }
  return { fileBytes, stackBytes };
}

function kindOf([, start, end, inode, path]: RegExpExecArray, pointers: readonly number[]): 'file' | 'stack' | 'other' {
  if (inode !== '0' || path === '[vdso]') return 'file';
  if (path === '[stack]') return 'stack';
  const [from, to] = [Number.parseInt(start!, 16), Number.parseInt(end!, 16)];
  return pointers.some((pointer) => pointer >= from && pointer < to) ? 'stack' : 'other';
}

/** Of the threads that wait in the kernel: /proc/PID/task/TID/syscall ends in stack and program counter. */
function stackPointers(): number[] {
  return readdirSync('/proc/self/task').flatMap((thread) => {
    try {
      const words = readFileSync(`/proc/self/task/${thread}/syscall`, 'latin1').trim().split(' ');
      return words.length < 3 ? [] : [Number.parseInt(words.at(-2)!, 16)];
    } catch {
      return []; // It has ended, or the kernel does not say.
    }
  });
}
