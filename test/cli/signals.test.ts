import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fixture, type OnStderr, readRecords, runCli, temporaryFolder } from './run-cli.js';

const SLOW = fixture('slow.mjs');

/** Sends each signal so many milliseconds after the fixture has begun to wait. */
function sendWhenWaiting(...signals: readonly (readonly [NodeJS.Signals, afterMs: number])[]): OnStderr {
  let sent = false;
  return (stderr, child) => {
    if (sent || !stderr.includes('waiting')) return;
    sent = true;
    for (const [signal, afterMs] of signals) setTimeout(() => child.kill(signal), afterMs);
  };
}

describe('stageprof map, told to stop', () => {
  test.each([
    ['SIGTERM', 143, 'polite', 3],
    ['SIGINT', 130, 'polite', 3],
    ['SIGTERM', 143, 'finishing', 2],
    ['SIGTERM', 143, 'endless', 3],
  ] as const)(
    'by %s exits with %i and keeps whole records; a pipeline that is %s leaves %i inputs',
    async (signal, code, running, left) => {
      const cwd = temporaryFolder();
      const inputs = ['quick-1', 'quick-2', running, 'quick-3', 'quick-4'];
      const result = await runCli(['map', '--profile', SLOW, ...inputs], {
        cwd,
        onStderr: sendWhenWaiting([signal, 0]),
      });
      expect(result).toMatchObject({ exitCode: code, signal: null });
      const done = 5 - left;
      expect(result.lines.at(-1)).toContain(`5 inputs: ${done} done, 0 failed, ${left} left after ${signal}, in`);
      expect(result.stdout.split('\n', 1)).toEqual([`${done} records, pipeline slow`]);
      const records = Object.values(readRecords(join(cwd, 'results')));
      expect(records.map(({ input }) => input).sort()).toEqual([...inputs.slice(0, done)].sort());
    },
  );

  test('a signal that is passed on at once is one signal', async () => {
    const cwd = temporaryFolder();
    const onStderr = sendWhenWaiting(['SIGTERM', 0], ['SIGTERM', 50]);
    const { exitCode, lines } = await runCli(['map', SLOW, 'finishing'], { cwd, onStderr });
    expect(exitCode).toBe(143);
    expect(lines.at(-1)).toContain('1 input: 1 done, 0 failed, 0 left after SIGTERM');
  });

  test('a later second signal ends it at once', async () => {
    const cwd = temporaryFolder();
    const onStderr = sendWhenWaiting(['SIGTERM', 0], ['SIGINT', 1200]);
    const { exitCode, lines } = await runCli(['map', SLOW, 'endless'], { cwd, onStderr });
    expect(exitCode).toBe(143);
    // The grace is 2 s: it did not wait for its end.
    expect(lines.at(-1)).toMatch(/1 input: 0 done, 0 failed, 1 left after SIGTERM, in 1\.\d+ s/);
  });
});
