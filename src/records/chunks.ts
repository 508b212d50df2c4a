import { isCompressedFile, type Source, STDIN } from './files.js';

/** Less is not worth being shared out. */
const LEAST_BYTES = 8 * 1024 * 1024;
/** What tasks come to is held until those before them are done: so many of them at most, or one a large file. */
const MOST_TASKS = 512;

/** A stretch of a source, or all of it. */
export interface Part {
  readonly path: string;
  /** Bytes of the file; without them it is read from end to end, once. */
  readonly stretch?: { readonly from: number; readonly end: number };
}

/** Parts that follow one another, read by one thread. */
export interface Task {
  readonly parts: readonly Part[];
  /** Number of its first part in the whole run. */
  readonly firstPart: number;
  /** Stdin belongs to the main thread. */
  readonly isStdin: boolean;
}

/** Cuts large files and bundles small ones: tasks of about the same size, in the order of the sources. */
export function tasksOf(sources: readonly Source[], leastBytes = LEAST_BYTES): Task[] {
  const total = sources.reduce((sum, { weight }) => sum + weight, 0);
  const taskBytes = Math.max(leastBytes, Math.ceil(total / MOST_TASKS));
  const mostParts = Math.max(64, Math.ceil(sources.length / MOST_TASKS));
  const tasks: Task[] = [];
  let parts: Part[] = [];
  let bytes = 0;
  let firstPart = 0;
  const close = (isStdin = false) => {
    if (parts.length > 0) tasks.push({ parts, firstPart, isStdin });
    firstPart += parts.length;
    parts = [];
    bytes = 0;
  };
  for (const source of sources) {
    if (source.path === STDIN) {
      close();
      parts.push({ path: STDIN });
      close(true);
      continue;
    }
    for (const part of partsOf(source, taskBytes)) {
      parts.push(part);
      bytes += part.stretch === undefined ? source.weight : part.stretch.end - part.stretch.from;
      if (bytes >= taskBytes || parts.length >= mostParts) close();
    }
  }
  close();
  return tasks;
}

function partsOf({ path, bytes }: Source, taskBytes: number): Part[] {
  // A small file is looked into when it is read.
  if (bytes === undefined || bytes <= taskBytes || isCompressedFile(path)) return [{ path }];
  const count = Math.ceil(bytes / taskBytes);
  return Array.from({ length: count }, (_, index) => ({
    path,
    stretch: { from: index * taskBytes, end: index + 1 === count ? bytes : (index + 1) * taskBytes },
  }));
}
