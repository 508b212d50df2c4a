import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

let folder: string;
let program: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stageprof-timeline-'));
  program = join(folder, 'timeline');
  const sources = ['test/programs/recorder/timeline.cc', 'native/recorder/timeline.cc'].map((path) => join(ROOT, path));
  const node = join(process.execPath, '../../include/node');
  execFileSync('g++', ['-std=c++17', '-O1', '-Wall', `-I${node}`, '-o', program, ...sources]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Kept {
  readonly points: readonly (readonly [reading: number, rss: number])[];
  readonly width: number;
}

function keep(capacity: number, rss: readonly (number | null)[]): Kept {
  const input = rss.map((value) => value ?? '-').join(' ');
  const lines = execFileSync(program, [String(capacity)], { input, encoding: 'utf8' })
    .trim()
    .split('\n');
  const width = Number(lines.pop()!.split(' ')[1]);
  return { points: lines.map((line) => line.split(' ').map(Number) as [number, number]), width };
}

describe('the timeline of a recorder', () => {
  test('has all readings while there is room', () => {
    expect(keep(8, [5, 3, 3, 9, 1])).toEqual({
      points: [
        [1, 5],
        [2, 3],
        [3, 3],
        [4, 9],
        [5, 1],
      ],
      width: 1,
    });
  });

  test('keeps the highest and the lowest of each run when it is full, in the order of time', () => {
    // The seventh reading is the last that has room beside a run of two points.
    expect(keep(8, [5, 3, 4, 9, 1, 2, 2, 7, 6])).toEqual({
      points: [
        [2, 3],
        [4, 9],
        [5, 1],
        [7, 2],
        [8, 7],
        [9, 6],
      ],
      width: 4,
    });
  });

  test('keeps the first and the last reading of a run without a change', () => {
    const { points } = keep(8, Array(16).fill(4));
    expect(points.map(([reading]) => reading)).toEqual([1, 7, 8, 15, 16]);
  });

  test('keeps nothing without room', () => {
    expect(keep(0, [1, 2, 3])).toEqual({ points: [], width: 1 });
  });

  test('has the highest and the lowest of all readings of any run, also with readings that failed', () => {
    const readings = fc.array(fc.option(fc.integer({ min: 1, max: 1_000_000 }), { freq: 8 }), {
      minLength: 1,
      maxLength: 400,
    });
    fc.assert(
      fc.property(readings, fc.constantFrom(4, 8, 12, 32), (rss, capacity) => {
        const { points, width } = keep(capacity, rss);
        const times = points.map(([reading]) => reading);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        expect(new Set(times).size).toBe(times.length);
        expect(points.length).toBeLessThanOrEqual(capacity);
        const known = rss.filter((value) => value !== null);
        if (known.length > 0) {
          const kept = points.map(([, value]) => value).filter((value) => !Number.isNaN(value));
          expect(Math.max(...kept)).toBe(Math.max(...known));
          expect(Math.min(...kept)).toBe(Math.min(...known));
        }
        expect(width === 1 || Number.isInteger(Math.log2(width))).toBe(true);
        // No stretch is without a point.
        const gaps = times.map((time, index) => time - (times[index - 1] ?? 0));
        expect(Math.max(...gaps, rss.length - times.at(-1)!)).toBeLessThanOrEqual(2 * width + 1);
      }),
      { numRuns: 60 },
    );
  });

  test('a day of readings takes no more than its room', () => {
    const day = Array.from({ length: 864_000 }, (_, reading) => 1000 + (reading % 977));
    day[500_000] = 99_999;
    const { points, width } = keep(1024, day);
    expect(points.length).toBeGreaterThan(500);
    expect(points.length).toBeLessThanOrEqual(1024);
    expect(points).toContainEqual([500_001, 99_999]);
    expect(width).toBe(2048);
  });
});
