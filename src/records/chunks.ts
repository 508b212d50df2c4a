import { isCompressedFile, type RecordFile, STDIN } from './record-file.js';

/** A smaller chunk is not worth the work of handing it to a thread. */
const LEAST_BYTES = 8 * 1024 * 1024;
/** The state of a chunk is held until those of earlier chunks have come: the number of chunks has to have a bound. */
const MOST_CHUNKS = 512;

/** A stretch of a file, or all of it. */
export interface Part {
  readonly path: string;
  /** The bytes of the file that belong to the part. Without it, the whole file is read once, from start to end. */
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

/** Cuts large files and bundles small ones: chunks of about the same size, in the order of the files. */
export function chunksOf(files: readonly RecordFile[], leastBytes = LEAST_BYTES): Chunk[] {
  const total = files.reduce((sum, { weight }) => sum + weight, 0);
  const chunkBytes = Math.max(leastBytes, Math.ceil(total / MOST_CHUNKS));
  const mostParts = Math.max(64, Math.ceil(files.length / MOST_CHUNKS));
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
  for (const file of files) {
    if (file.path === STDIN) {
      close();
      parts.push({ path: STDIN });
      close(true);
      continue;
    }
    for (const part of partsOf(file, chunkBytes)) {
      parts.push(part);
      bytes += part.stretch === undefined ? file.weight : part.stretch.end - part.stretch.from;
      if (bytes >= chunkBytes || parts.length >= mostParts) close();
    }
  }
  close();
  return chunks;
}

function partsOf({ path, bytes }: RecordFile, chunkBytes: number): Part[] {
  // Whether a small file is compressed is found out when it is read.
  if (bytes === undefined || bytes <= chunkBytes || isCompressedFile(path)) return [{ path }];
  const count = Math.ceil(bytes / chunkBytes);
  return Array.from({ length: count }, (_, index) => ({
    path,
    stretch: { from: index * chunkBytes, end: index + 1 === count ? bytes : (index + 1) * chunkBytes },
  }));
}
