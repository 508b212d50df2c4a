import { readFileSync } from 'node:fs';
import { readPprof } from '../../src/stacks/pprof-reader.js';

export interface StackRow {
  readonly stage: string;
  readonly thread: string;
  /** Names of functions, the outermost first. */
  readonly names: readonly string[];
  readonly samples: number;
  readonly cpuMs: number;
  readonly allocated: number;
  readonly live: number;
  readonly peak: number;
}

/** The rows of a stack profile. @param file its path or its bytes */
export async function stackRows(file: string | Uint8Array): Promise<StackRow[]> {
  const profile = await readPprof(typeof file === 'string' ? readFileSync(file) : file);
  const { rows, strings, stacks, frames } = profile;
  return Array.from({ length: rows.length }, (_, index) => ({
    stage: strings.get(rows.stage(index + 1)),
    thread: strings.get(rows.thread(index + 1)),
    names: stacks.frames(rows.stack(index + 1)).map((id) => frames.get(id).name),
    samples: profile.value(index + 1, 'samples'),
    cpuMs: profile.value(index + 1, 'cpu') / 1e6,
    allocated: profile.value(index + 1, 'alloc_space'),
    live: profile.value(index + 1, 'live_space'),
    peak: profile.value(index + 1, 'peak_space'),
  }));
}

export function sumOf(rows: readonly StackRow[], member: 'samples' | 'cpuMs' | 'allocated' | 'live' | 'peak'): number {
  return rows.reduce((sum, row) => sum + row[member], 0);
}
