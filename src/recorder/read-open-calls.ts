import { Math, Number } from '../host/intrinsics.js';
import { slotIndex } from '../model/sample-layout.js';
import type { RecorderBytes } from './file-bytes.js';
import { type Geometry, isPossible } from './format.js';
import type { RecorderMetadata } from './metadata.js';
import { SampleReader } from './read-samples.js';

/** A call that was open, in nanoseconds and bytes. NaN where not measured. */
export interface RecordedCall {
  readonly row: number;
  /** Whether the call was just being added to its row, which may then have only a part of it. */
  readonly folding: boolean;
  readonly slot: number;
  /** The slot of its parent; negative for the outermost. */
  readonly parent: number;
  /** The sample of its entry, in the layout of this version. */
  readonly entry: Float64Array;
  /** `covered`: time during which a child was open, without a child that is open now. `since`: when that was opened. */
  readonly covered: { readonly wall_ns: number; readonly process_cpu_ns: number };
  readonly since: { readonly wall_ns: number; readonly process_cpu_ns: number };
}

const WALL = slotIndex.wall_ns;

/** The open calls that the file holds, in order of opening. */
export function readOpenCalls(
  bytes: RecorderBytes,
  sizes: Geometry,
  metadata: RecorderMetadata,
  rowCount: number,
): RecordedCall[] {
  const { calls_offset: offset, call_capacity: capacity, call_cells: cells } = sizes;
  const tailAt = cells - metadata.call_tail.length;
  const tail = (name: string) => (metadata.call_tail.includes(name) ? tailAt + metadata.call_tail.indexOf(name) : -1);
  const reader = new SampleReader(metadata, sizes);
  const positions = {
    use: tail('use'),
    parent: tail('parent'),
    coveredWall: tail('covered_wall'),
    coveredCpu: tail('covered_cpu'),
    sinceWall: tail('since_wall'),
    sinceCpu: tail('since_cpu'),
  };
  if (tailAt < 0 || positions.use === -1) return [];
  const slots = bytes.read(offset, capacity * cells * 8);
  const calls: RecordedCall[] = [];
  for (let slot = 0; (slot + 1) * cells * 8 <= slots.length; slot++) {
    const cell = (index: number) => (index === -1 ? Number.NaN : slots.readDoubleLE((slot * cells + index) * 8));
    const amount = (index: number) => {
      const value = cell(index);
      return isPossible(value) ? value : Number.NaN;
    };
    const use = cell(positions.use);
    const row = Math.abs(use) - 1;
    if (!Number.isInteger(use) || use === 0 || row >= rowCount) continue;
    calls.push({
      row,
      folding: use < 0,
      slot,
      parent: cell(positions.parent),
      entry: reader.sample(slots.subarray(0, (slot + 1) * cells * 8), slot * cells * 8),
      covered: { wall_ns: amount(positions.coveredWall), process_cpu_ns: amount(positions.coveredCpu) },
      since: { wall_ns: amount(positions.sinceWall), process_cpu_ns: amount(positions.sinceCpu) },
    });
  }
  return calls.sort((a, b) => a.entry[WALL]! - b.entry[WALL]!);
}
