import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fixture, MAIN, type OnStderr, readRecords, runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SLOW = fixture('slow.mjs');

/** Sends each signal the given milliseconds after the fixture has begun to wait. */
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
    ['SIGTERM', 'polite', 143, 3],
    ['SIGINT', 'polite', 130, 3],
    ['SIGHUP', 'polite', 129, 3],
    ['SIGTERM', 'finishing', 143, 2],
    ['SIGTERM', 'endless', 143, 3],
  ] as const)(
    'by %s ends and keeps whole records; a pipeline that is %s exits with %i and leaves %i inputs',
    async (signal, running, exitCode, left) => {
      const cwd = temporaryFolder();
      const inputs = ['quick-1', 'quick-2', running, 'quick-3', 'quick-4'];
      const result = await runCli(['map', '--profile', SLOW, ...inputs], {
        cwd,
        onStderr: sendWhenWaiting([signal, 0]),
      });
      expect(result).toMatchObject({ exitCode, signal: null });
      const done = 5 - left;
      expect(result.lines.at(-1)).toContain(`5 inputs: ${done} done, 0 failed, ${left} left after ${signal}, in`);
      expect(result.stdout.split('\n', 1)).toEqual([`${done} records, pipeline slow`]);
      const records = Object.values(readRecords(join(cwd, 'results')));
      const good = records.filter(({ error }) => error === undefined).map(({ input }) => input);
      expect(good.sort()).toEqual([...inputs.slice(0, done)].sort());
      // The inputs that ran have records too, with their stages and profiles up to then.
      expect(records.filter(({ error }) => error !== undefined)).toEqual(
        running === 'finishing'
          ? []
          : [
              {
                input: running,
                error: expect.objectContaining({
                  kind: 'unfinished',
                  message: expect.stringMatching(`^was stopped by ${signal}`),
                  open: [expect.objectContaining({ stage: 'wait' })],
                }),
                profile: expect.objectContaining({ stages: [expect.objectContaining({ stage: 'wait' })] }),
              },
            ],
      );
    },
  );

  test('a signal that is repeated at once counts as one', async () => {
    const cwd = temporaryFolder();
    const onStderr = sendWhenWaiting(['SIGTERM', 0], ['SIGTERM', 50]);
    const { exitCode, lines } = await runCli(['map', SLOW, 'finishing'], { cwd, onStderr });
    expect(exitCode).toBe(143);
    expect(lines.at(-1)).toContain('1 input: 1 done, 0 failed, 0 left after SIGTERM');
  });

  test('a second signal, later, ends the run at once', async () => {
    const cwd = temporaryFolder();
    // The first of them that comes more than 1 s after SIGTERM counts, and the grace is 2 s.
    const later = Array.from({ length: 60 }, (_, index) => ['SIGINT', 50 * (index + 1)] as const);
    const onStderr = sendWhenWaiting(['SIGTERM', 0], ...later);
    const { exitCode, signal, lines } = await runCli(['map', SLOW, 'endless'], { cwd, onStderr });
    expect({ exitCode, signal }).toEqual({ exitCode: 143, signal: null });
    expect(lines.at(-1)).toContain('1 input: 0 done, 0 failed, 1 left after SIGTERM, in');
    // At the end of the grace the input would have a record.
    expect(readdirSync(join(cwd, 'results'))).toEqual([]);
  });

  test.each([
    ['HUP', 129, 'polite'],
    ['INT', 130, 'polite'],
    ['TERM', 143, 'polite'],
  ])('by SIG%s is %i to a shell; a pipeline that is %s', (signal, code, input) => {
    const cwd = temporaryFolder();
    // Started from a script, because commands that a shell runs in the background ignore SIGINT.
    const script = `(until grep -q waiting err; do sleep 0.05; done; kill -${signal} $(cat pid)) 2>/dev/null &
      sh -c 'echo $$ >pid; exec "$0" "$@" 2>err' "$@"
      echo $?`;
    const args = ['-c', script, 'sh', process.execPath, MAIN, 'map', SLOW, input];
    expect(execFileSync('sh', args, { cwd, encoding: 'utf8', stdio: 'pipe', timeout: 110_000 })).toBe(`${code}\n`);
  });
});
