import { expect, test } from 'vitest';
import {
  COUNTS_OFFSET,
  FILE_HEADER_BYTES,
  FILE_HEADER_NUMBERS,
  geometry,
  offsetOf,
} from '../../src/recorder/format.js';
import { COUNTS } from '../../src/store/state-memory.js';

test('the counts of the profiler stand at the end of the header, in their order', () => {
  expect(FILE_HEADER_NUMBERS.slice(-COUNTS.length)).toEqual([...COUNTS]);
  expect(COUNTS_OFFSET).toBe(offsetOf(COUNTS[0]));
  expect(offsetOf(FILE_HEADER_NUMBERS.at(-1)!) + 8).toBeLessThan(FILE_HEADER_BYTES);
});

test.each([1, 16, 8193, 131_073])(
  'the parts of a file for %i rows follow one another, and begin at doubles',
  (rows) => {
    const sizes = geometry(rows, 5000);
    const parts = [
      [0, FILE_HEADER_BYTES],
      [sizes.metadata_offset, sizes.metadata_bytes],
      [sizes.readings_offset, sizes.reading_capacity * sizes.reading_cells * 8],
      [sizes.modules_offset, sizes.module_capacity * sizes.module_bytes],
      [sizes.calls_offset, sizes.call_capacity * sizes.call_cells * 8],
      [sizes.labels_offset, sizes.labels_bytes],
      [sizes.rows_offset, sizes.row_capacity * sizes.row_bytes],
    ] as const;
    let end = 0;
    for (const [offset, bytes] of parts) {
      expect(offset).toBeGreaterThanOrEqual(end);
      expect(offset % 8).toBe(0);
      end = offset + bytes;
    }
    expect(sizes.row_capacity).toBeGreaterThanOrEqual(rows);
  },
);
