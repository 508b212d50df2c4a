import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { expect, test } from 'vitest';
import { loadIn, loadPerCpu } from '../../src/os/machine-load.js';

test.each([
  ['0.00 0.01 0.05 1/250 4711\n', 4, 0],
  ['3.14 2.00 1.00 5/250 4711\n', 4, 0.785],
  ['10.00 2.00 1.00 5/250 4711\n', 3, 3.333],
  [undefined, 4, null],
  ['', 4, null],
  ['-1.00 0 0', 4, null],
])('the load in %j on %i CPUs is %d', (text, cpuCount, load) => {
  expect(loadIn(text, cpuCount)).toBe(load);
});

test('the load of this machine is the one of /proc, for each CPU', () => {
  const ofKernel = () => Number.parseFloat(readFileSync('/proc/loadavg', 'utf8'));
  // The kernel computes it anew every five seconds: of three attempts, one is not interrupted for as long.
  const isSame = () => {
    const before = ofKernel();
    const read = loadPerCpu()!;
    return Math.abs(read - before / cpus().length) < 0.001 || Math.abs(read - ofKernel() / cpus().length) < 0.001;
  };
  expect([1, 2, 3].some(isSame)).toBe(true);
});
