import { describe, expect, test } from 'vitest';
import { BOUNDARY, EXIT, EXIT_FLAGS, PLAN_LISTS, PLAN_NUMBERS } from '../../src/model/fold.js';
import {
  ACCOUNT,
  ACCOUNT_FILES,
  FILE_NAME_CELLS,
  LAYOUT_VERSION,
  LIVE_CELLS,
  MALLOC_READINGS_CELL,
  MALLOC_SKIPPED_CELL,
  MODULE_CELLS,
  SAMPLE_LENGTH,
  SAMPLE_MASK,
  SHARED_ENTRIES_CELL,
  SLOT_RANGES,
  SLOTS,
  slotIndex,
  WAITED_CELL,
} from '../../src/model/sample-layout.js';
import { NO_EXTERNAL_BUFFERS } from '../../src/native/addon.js';
import { loadBinding } from '../../src/native/load-addon.js';
import { POSITIONS, READING, STATE, TIMELINE, TIMELINE_STAGES } from '../../src/recorder/format.js';

const { binding, missing } = loadBinding();
if (binding === null) throw new Error(missing);

test('the addon has the same names in the same order, the same numbers and the same version', () => {
  expect(binding.sampleLayout()).toEqual({
    version: LAYOUT_VERSION,
    slots: [...SLOTS],
    ranges: SLOT_RANGES,
    moduleCells: MODULE_CELLS,
    liveCells: LIVE_CELLS,
    waitedCell: WAITED_CELL,
    mallocReadingsCell: MALLOC_READINGS_CELL,
    mallocSkippedCell: MALLOC_SKIPPED_CELL,
    sharedEntriesCell: SHARED_ENTRIES_CELL,
    sampleLength: SAMPLE_LENGTH,
    mask: SAMPLE_MASK,
    account: [...ACCOUNT],
    accountFiles: ACCOUNT_FILES,
    fileNameCells: FILE_NAME_CELLS,
    reading: [...READING],
    timeline: [...TIMELINE],
    timelineStages: TIMELINE_STAGES,
    positions: [...POSITIONS],
    endedUnclosed: STATE.ended,
    noExternalBuffers: NO_EXTERNAL_BUFFERS,
    planNumbers: [...PLAN_NUMBERS],
    planLists: [...PLAN_LISTS],
    boundary: BOUNDARY,
    exit: EXIT,
    exitFlags: EXIT_FLAGS,
  });
});

test('the slots of getrusage are adjacent', () => {
  const [first, last] = SLOT_RANGES.usage;
  expect(SLOTS.slice(slotIndex[first], slotIndex[last] + 1)).toEqual([
    'process_cpu_ns',
    'faults_minor',
    'faults_major',
    'ctx_voluntary',
    'ctx_involuntary',
    'read_bytes',
    'write_bytes',
  ]);
});

describe('each bit of the mask fills its slots and no other: the first sample with', () => {
  const filledBy = {
    cpu: ['thread_cpu_ns', 'pool_cpu_ns', 'process_cpu_ns'],
    rss: ['rss_bytes', 'rss_peak_bytes', 'file_bytes'],
    js: [
      'js_used_bytes',
      'js_peak_bytes',
      'js_alloc_bytes',
      'external_bytes',
      'buffers_bytes',
      'workers_bytes',
      'gc_ns',
      'gc_calls',
    ],
    native: ['native_live_bytes', 'allocator_free_bytes'],
    io: ['faults_minor', 'faults_major', 'ctx_voluntary', 'ctx_involuntary', 'read_bytes', 'write_bytes'],
    rssPeakReset: [],
    sharedSamples: [],
  } as const satisfies Record<keyof typeof SAMPLE_MASK, readonly (typeof SLOTS)[number][]>;

  const masks = [[], ...Object.keys(SAMPLE_MASK).map((name) => [name]), ['cpu', 'js'], Object.keys(SAMPLE_MASK)];

  test.each(masks as (keyof typeof SAMPLE_MASK)[][])('%s %s %s %s %s %s', (...names) => {
    const mask = names.reduce((bits, name) => bits | SAMPLE_MASK[name], 0);
    const expected = ['wall_ns', ...names.flatMap((name) => filledBy[name])];
    // Each end has its own sampler, because an immediate second reading of malloc's statistics would exceed the budget.
    for (const end of ['readEntry', 'readExit'] as const) {
      const slots = new Float64Array(SAMPLE_LENGTH).fill(5);
      const deadline = performance.now() + 10_000;
      let sampler = binding.samplerOpen(slots, mask, false)!;
      expect(slots.subarray(0, SLOTS.length).every(Number.isNaN)).toBe(true);
      sampler[end]();
      // Earlier tests have used some of the budget, which refills with time.
      while (slots[MALLOC_SKIPPED_CELL]! > 0 && performance.now() < deadline) {
        sampler.close();
        sampler = binding.samplerOpen(slots, mask, false)!;
        sampler[end]();
      }
      expect(SLOTS.filter((slot) => !Number.isNaN(slots[slotIndex[slot]])).sort()).toEqual([...expected].sort());
      sampler.close();
    }
  });
});

test.each([
  ['slots that are too short', new Float64Array(SAMPLE_LENGTH - 1), 0],
  ['slots that are too long', new Float64Array(SAMPLE_LENGTH + 1), 0],
  ['slots of another type', new Float32Array(SAMPLE_LENGTH), 0],
  ['slots that are no array', {}, 0],
  ['a mask with unknown bits', new Float64Array(SAMPLE_LENGTH), 128],
  ['a negative mask', new Float64Array(SAMPLE_LENGTH), -1],
  ['a fraction as the mask', new Float64Array(SAMPLE_LENGTH), 0.5],
  ['a missing mask', new Float64Array(SAMPLE_LENGTH), undefined],
])('the addon refuses %s', (_what, slots, mask) => {
  expect(() => binding.samplerOpen(slots as Float64Array, mask as number, false)).toThrow(TypeError);
});
