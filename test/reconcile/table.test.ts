import { expect, test } from 'vitest';
import { NOTHING_PROFILED } from '../../src/reconcile/profiled-task.js';
import { reconcileTask } from '../../src/reconcile/reconcile.js';
import type { ReconciledTask } from '../../src/reconcile/reconciled.js';
import { renderReconciled } from '../../src/reconcile/table.js';
import { inside, run, step } from '../support/reconcile-fixture.js';

const measure = { gathering: { intervalS: 1, plugin: 'linux', params: null }, tolerancePercent: 5 };

function task(id: string, state: string, profiled = NOTHING_PROFILED, cpuS = 50): ReconciledTask {
  return reconcileTask({ task: id, state, elapsedS: 100, steps: [step({ cpuS })] }, profiled, measure);
}

const profiled = { runs: [run()], inside: inside() };

test('each task has three lines, with the reason for a difference', () => {
  const tasks = [task('12_3', 'COMPLETED', profiled), task('12_4', 'TIMEOUT', profiled, 70), task('12_5', 'FAILED')];
  expect(`\n${renderReconciled(tasks)}`).toBe(`
task  state                   sacct  profiler  in inputs  difference       %
12_3  COMPLETED  wall       100 s    99.1 s     95.0 s      +900 ms    +0.9%
                 cpu       50.0 s    49.5 s     48.7 s      +500 ms    +1.0%
                 rss peak   300 MiB   297 MiB    229 MiB   +3.13 MiB   +1.0%
12_4  TIMEOUT    wall       100 s    99.1 s     95.0 s      +900 ms    +0.9%
                 cpu       70.0 s    49.5 s     48.7 s     +20.5 s    +29.3%  in part the shell of the batch script; not explained: other commands of the batch script, or children nobody waited for?
                 rss peak   300 MiB   297 MiB    229 MiB   +3.13 MiB   +1.0%
12_5  FAILED     wall       100 s       -          -           -          -   neither a map account nor a profiled record of this task
                 cpu       50.0 s       -          -           -          -
                 rss peak   300 MiB     -          -           -          -
`);
});

test.each([110, 80])('reasons are wrapped to a width of %i', (width) => {
  const lines = renderReconciled([task('12_4', 'TIMEOUT', profiled, 70)], { width }).split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
});

test('a hostile state cannot act on a terminal', () => {
  const text = renderReconciled([task('12_3', 'DONE\x1b]0;x\x07\u202e', profiled)]);
  expect(text).toContain('DONE\\x1b]0;x');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
  expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f\u202e]/);
});

test('colour changes nothing else, and marks what is not explained', () => {
  const tasks = [task('12_4', 'TIMEOUT', profiled, 70)];
  const painted = renderReconciled(tasks, { colour: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
  expect(painted.replace(/\x1b\[\d+m/g, '')).toBe(renderReconciled(tasks));
  expect(painted).toContain('\x1b[31min part');
});
