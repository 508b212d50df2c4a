import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { stackRows, sumOf } from '../support/stack-rows.js';

const PROGRAMS = fileURLToPath(new URL('../programs/stacks/', import.meta.url));
const INTERLEAVED = join(PROGRAMS, 'interleaved.js');

async function outputOf(program: string, ...args: string[]) {
  const { stdout } = await promisify(execFile)(process.execPath, [join(PROGRAMS, program), ...args]);
  return JSON.parse(stdout);
}

test.each(['boundary', 'exact'])(
  'no sample of twelve interleaved stages is in a wrong one, with %s attribution',
  async (attribution) => {
    const { stdout } = await promisify(execFile)(process.execPath, [INTERLEAVED, attribution], { maxBuffer: 2 ** 26 });
    const { early, pprof, stages, sources } = JSON.parse(stdout);
    expect(early).toBeGreaterThan(100);
    expect(sources.cpu_stacks).toMatchObject({ available: true, truth: 'sampled' });
    const rows = await stackRows(Buffer.from(pprof, 'base64'));
    const busy = rows.flatMap((row) => {
      const name = row.names.find((found) => found.startsWith('busy_'));
      return name === undefined ? [] : [{ ...row, name: name.slice('busy_'.length) }];
    });
    expect(busy.filter(({ stage, name }) => stage.split('.')[0] !== name)).toEqual([]);
    // Each of the stages has had its turn, and some samples met it.
    expect(new Set(busy.map(({ name }) => name)).size).toBeGreaterThan(8);
    if (attribution === 'boundary') return;
    for (const { stage, thread_cpu_self_s: exact } of stages) {
      expect(
        sumOf(
          rows.filter((row) => row.stage === stage),
          'cpuMs',
        ) / 1000,
        stage,
      ).toBeCloseTo(exact, 2);
    }
  },
);

const LARGE_HEAPS = process.env.STAGEPROF_SOAK === undefined ? [300] : [300, 700];

test.each(LARGE_HEAPS)('a heap of %d MiB makes the start a pause, which is told once', async (mib) => {
  const { heapMib, warnings } = await outputOf('big-heap.js', String(mib));
  expect(heapMib).toBeGreaterThanOrEqual(mib);
  const pauses = warnings.filter((text: string) => text.includes('start of CPU stacks has stopped the program'));
  expect(pauses).toHaveLength(1);
  expect(Number(/: ([\d,]+)$/.exec(pauses[0])![1]!.replace(',', ''))).toBeGreaterThan(50);
});

test('all profilers of a worker thread have their stages in the stacks, whichever is closed first', async () => {
  const { pprof, stages } = await outputOf('worker-profilers.js');
  const rows = (await stackRows(Buffer.from(pprof, 'base64'))).filter(({ thread }) => thread === 'worker');
  expect(stages.map(({ stage }: { stage: string }) => stage)).toEqual([
    'thread-first',
    'thread-second',
    'thread-alone',
    'thread-third',
  ]);
  for (const { stage: label, thread_cpu_self_s: exact } of stages) {
    const mine = rows.filter(({ stage }) => stage === label);
    expect(sumOf(mine, 'cpuMs') / 1000, label).toBeCloseTo(exact, 2);
  }
});

test('a file that cannot be written is told as that, not as a profile that could not be taken', async () => {
  const { warnings, missing } = await outputOf('unwritable.js');
  expect(missing).toBeNull();
  expect(warnings).toEqual([{ text: 'times that CPU stacks could not be written to their file', count: 1 }]);
});

/** 120,000 samples, as many as in 20 minutes at 100 Hz. */
test.skipIf(process.env.STAGEPROF_SOAK === undefined)('memory stays flat', { timeout: 300_000 }, async () => {
  const { tenths, warnings } = await outputOf('soak.js', '120', '1000');
  console.log(`MiB by tenths of two minutes at 1,000 Hz: ${tenths.join(' ')}`);
  expect(warnings.filter((text: string) => !text.includes('start of CPU stacks'))).toEqual([]);
  expect(Math.max(...tenths.slice(5))).toBeLessThan(1.1 * Math.max(...tenths.slice(0, 5)));
});
