import { isCompressedFile, type Source, STDIN } from './files.js';

/** Less is not worth being shared out. */
const LEAST_BYTES = 8 * 1024 * 1024;
/** What chunks come to is held until those before them are done: so many of them at most, or one a large file. */
const MOST_CHUNKS = 512;

/** A stretch of a source, or all of it. */
export interface Part {
  readonly path: string;
  /** Bytes of the file; without them it is read from end to end, once. */
  readonly stretch?: { readonly from: number; readonly end: number };
}

/** Parts that follow one another, read by one thread. */
export interface Chunk {
  readonly parts: readonly Part[];
  /** Number of its first part in the whole run. */
  readonly firstPart: number;
  /** Stdin belongs to the main thread. */
  readonly isStdin: boolean;
}

/** Cuts large files and bundles small ones: chunks of about the same size, in the order of the sources. */
export function chunksOf(sources: readonly Source[], leastBytes = LEAST_BYTES): Chunk[] {
  const total = sources.reduce((sum, { weight }) => sum + weight, 0);
  const chunkBytes = Math.max(leastBytes, Math.ceil(total / MOST_CHUNKS));
  const mostParts = Math.max(64, Math.ceil(sources.length / MOST_CHUNKS));
  const chunks: Chunk[] = [];
  let parts: Part[] = [];
  let bytes = 0;
  let firstPart = 0;
  const close = (isStdin = false) => {
    if (parts.length > 0) chunks.push({ parts, firstPart, isStdin });
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
    for (const part of partsOf(source, chunkBytes)) {
      parts.push(part);
      bytes += part.stretch === undefined ? source.weight : part.stretch.end - part.stretch.from;
      if (bytes >= chunkBytes || parts.length >= mostParts) close();
    }
  }
  close();
  return chunks;
}

function partsOf({ path, bytes }: Source, chunkBytes: number): Part[] {
  // A small file is looked into when it is read.
  if (bytes === undefined || bytes <= chunkBytes || isCompressedFile(path)) return [{ path }];
  const count = Math.ceil(bytes / chunkBytes);
  return Array.from({ length: count }, (_, index) => ({
    path,
    stretch: { from: index * chunkBytes, end: index + 1 === count ? bytes : (index + 1) * chunkBytes },
  }));
}
