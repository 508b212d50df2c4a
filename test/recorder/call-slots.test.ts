import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { NativeRecorder } from '../../src/native/addon.js';
import { type Geometry, geometry, HEAD_BYTES, offsetOf } from '../../src/recorder/format.js';
import { Recorder } from '../../src/recorder/recorder.js';
import { RecorderFile } from '../../src/recorder/recorder-file.js';
import { RecorderPaths } from '../../src/recorder/recorder-paths.js';
import { CALL_CELLS } from '../../src/store/state-memory.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const ENOSPC = -28;
const AT_ONCE = 16;
const CALL_BYTES = CALL_CELLS * 8;

/** A file that is a piece of memory, in which some slots of open calls find no room. */
class PartlyFull implements NativeRecorder {
  /** Slots that have memory. */
  readonly slots = new Set<number>();

  constructor(
    private readonly sizes: Geometry,
    private readonly isFullAt: (slot: number) => boolean,
  ) {}

  expose(offset: number, bytes: number): ArrayBuffer | number {
    const first = (offset - this.sizes.calls_offset) / CALL_BYTES;
    if (this.isFullAt(first)) return ENOSPC;
    for (let slot = first; slot < first + bytes / CALL_BYTES; slot++) this.slots.add(slot);
    return new ArrayBuffer(bytes);
  }

  write = () => 0;
  move = () => ENOSPC;
  start = () => 0;
  close = () => {};
}

test.each([
  ['none', [], 64],
  ['the first', [0], 0],
  ['a later one', [32], 32],
  ['two', [16, 48], 16],
])('the thread that takes readings is told of no slot without memory, where %s finds no room', (_, full, told) => {
  const sizes = geometry(16, 0);
  const native = new PartlyFull(sizes, (slot) => full.includes(slot));
  const path = join(temporaryFolder(), 'a.recorder');
  const file = new RecorderFile(path, new RecorderPaths({ path, keep: false, fallbacks: [], small: false }), native);
  const header = new ArrayBuffer(HEAD_BYTES);
  const recorder = new Recorder(file, false, header, sizes);
  const callSlots = () => new DataView(header).getFloat64(offsetOf('call_slots'), true);
  for (let slot = 0; slot < 4 * AT_ONCE; slot++) {
    expect(recorder.call(slot)).toHaveLength(CALL_CELLS);
    for (let looked = 0; looked < callSlots(); looked++) expect(native.slots).toContain(looked);
  }
  expect(callSlots()).toBe(told);
  // What has memory is in the file all the same.
  expect(native.slots.size).toBe((4 - full.length) * AT_ONCE);
});
