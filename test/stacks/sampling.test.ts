import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { stackRows, sumOf } from '../support/stack-rows.js';

const INTERLEAVED = fileURLToPath(new URL('../programs/stacks/interleaved.js', import.meta.url));

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
