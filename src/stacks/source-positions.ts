import { readFileSync, statSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Position {
  readonly file: string;
  /** From 1; 0 if it is not known. */
  readonly line: number;
}

/** A script with its source map is seldom larger, and is read whole. */
const LARGEST_BYTES = 32 * 2 ** 20;
const MOST_MAPS = 256;

interface FollowedMap {
  readonly map: SourceMap;
  /** Where relative names of sources begin. */
  readonly folder: string;
}

/**
 * Where code was before it was compiled, by the source maps that scripts on disk name.
 *
 * Used by the command line and by threads of the profiler, never by a thread of the program.
 */
export class SourcePositions {
  private readonly maps = new Map<string, FollowedMap | null>();

  /** @param line and column from 1; the column may be 0 for the whole line */
  original(url: string, line: number, column: number): Position {
    const file = pathOf(url);
    const followed = file.startsWith('/') ? this.mapOf(file) : null;
    if (followed === null || line < 1) return { file, line };
    const entry = followed.map.findEntry(line - 1, column === 0 ? 2 ** 30 : column - 1);
    if (!('originalSource' in entry) || entry.originalSource === undefined) return { file, line };
    const { originalSource, originalLine } = entry;
    return { file: sourcePath(originalSource, followed.folder), line: originalLine + 1 };
  }

  private mapOf(file: string): FollowedMap | null {
    const known = this.maps.get(file);
    if (known !== undefined) return known;
    if (this.maps.size >= MOST_MAPS) this.maps.clear();
    const map = readMap(file);
    this.maps.set(file, map);
    return map;
  }
}

function readMap(file: string): FollowedMap | null {
  try {
    if (statSync(file).size > LARGEST_BYTES) return null;
    const text = readFileSync(file, 'utf8');
    const url = [...text.slice(-LARGEST_BYTES).matchAll(/^\/\/[#@] ?sourceMappingURL=(\S+)[ \t]*$/gm)].at(-1)?.[1];
    if (url === undefined) return null;
    const inline = /^data:application\/json[^,]*;base64,(.*)$/.exec(url)?.[1];
    const path = resolve(dirname(file), decodeURI(url));
    const json = inline === undefined ? readFileSync(path, 'utf8') : Buffer.from(inline, 'base64').toString();
    const payload = JSON.parse(json) as SourceMapPayload;
    const folder = resolve(inline === undefined ? dirname(path) : dirname(file), pathOf(payload.sourceRoot ?? ''));
    return { map: new SourceMap({ ...payload, sourceRoot: '' }), folder };
  } catch {
    return null;
  }
}

function sourcePath(source: string, folder: string): string {
  const path = pathOf(source);
  return /^[a-z]+:/.test(path) ? path : resolve(folder, path);
}

function pathOf(url: string): string {
  if (!url.startsWith('file:')) return url;
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
}
