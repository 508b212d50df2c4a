import { Math, Number } from '../host/intrinsics.js';
import { slotIndex } from '../model/sample-layout.js';
import type { RecorderBytes } from './file-bytes.js';
import { type Geometry, isPossible } from './format.js';
import type { RecorderFacts } from './metadata.js';
import { SampleReader } from './read-samples.js';

/** A call that was open. Nanoseconds and bytes; NaN where not measured. */
export interface RecordedCall {
  readonly row: number;
  /** Whether it was just being added to its row, which then has only part of it. */
  readonly folding: boolean;
  readonly place: number;
  /** The place of its parent; negative for the outermost. */
  readonly parent: number;
  /** The sample of its entry, as this version lays it out. */
  readonly entry: Float64Array;
  /** Time during which a child was open, but for children open now, and since when one is. */
  readonly covered: { readonly wall_ns: number; readonly process_cpu_ns: number };
  readonly since: { readonly wall_ns: number; readonly process_cpu_ns: number };
}

const WALL = slotIndex.wall_ns;

/** The open calls that the file holds, in order of opening. */
export function readOpenCalls(
  bytes: RecorderBytes,
  sizes: Geometry,
  facts: RecorderFacts,
  rowCount: number,
): RecordedCall[] {
  const { calls_offset: offset, call_capacity: capacity, call_cells: cells } = sizes;
  const tailAt = cells - facts.call_tail.length;
  const tail = (name: string) => (facts.call_tail.includes(name) ? tailAt + facts.call_tail.indexOf(name) : -1);
  const reader = new SampleReader(facts);
  const places = {
    use: tail('use'),
    parent: tail('parent'),
    coveredWall: tail('covered_wall'),
    coveredCpu: tail('covered_cpu'),
    sinceWall: tail('since_wall'),
    sinceCpu: tail('since_cpu'),
  };
  if (tailAt < 0 || places.use === -1) return [];
  const held = bytes.read(offset, capacity * cells * 8);
  const calls: RecordedCall[] = [];
  for (let place = 0; (place + 1) * cells * 8 <= held.length; place++) {
    const cell = (index: number) => (index === -1 ? Number.NaN : held.readDoubleLE((place * cells + index) * 8));
    const amount = (index: number) => {
      const value = cell(index);
      return isPossible(value) ? value : Number.NaN;
    };
    const use = cell(places.use);
    const row = Math.abs(use) - 1;
    if (!Number.isInteger(use) || use === 0 || row >= rowCount) continue;
    calls.push({
      row,
      folding: use < 0,
      place,
      parent: cell(places.parent),
      entry: reader.sample(held.subarray(0, (place + 1) * cells * 8), place * cells * 8),
      covered: { wall_ns: amount(places.coveredWall), process_cpu_ns: amount(places.coveredCpu) },
      since: { wall_ns: amount(places.sinceWall), process_cpu_ns: amount(places.sinceCpu) },
    });
  }
  return calls.sort((a, b) => a.entry[WALL]! - b.entry[WALL]!);
}
