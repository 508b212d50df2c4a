import { expect, test } from 'vitest';
import { liveChanges } from '../../src/compare/live-changes.js';
import { stackChanges } from '../../src/compare/stack-changes.js';
import type { FrameInput } from '../../src/stacks/frame.js';
import { liveProfile } from '../support/stack-profile.js';

const MIB = 2 ** 20;
const native = (name: string): FrameInput => ({ kind: 'native', name, module: '/app/node_modules/images/images.node' });
const js = (name: string, startLine: number): FrameInput => ({ kind: 'js', name, file: '/app/a.js', startLine });

test('tells the stacks that hold clearly more or less, in other lines of the code too', () => {
  const base = liveProfile([
    ['decode', [js('decode', 3), native('make')], 40 * MIB, 4],
    ['decode', [js('decode', 3), native('index')], 30 * MIB, 3],
    ['decode', [js('decode', 3), native('other')], 10 * MIB, 1],
  ]);
  const next = liveProfile([
    ['decode', [js('decode', 90), native('make')], 80 * MIB, 8],
    ['decode', [js('decode', 90), native('other')], 10.2 * MIB, 1],
  ]);
  expect(liveChanges(base, next)).toEqual([
    { stage: 'decode', text: 'make images < decode a.js:90', baseBytes: 40 * MIB, newBytes: 80 * MIB, errorBytes: 0 },
    { stage: 'decode', text: 'index images < decode a.js:3', baseBytes: 30 * MIB, newBytes: 0, errorBytes: 0 },
  ]);
});

test('what sampling explains is not told', () => {
  const of = (bytes: number) => liveProfile([['rows', [native('row')], bytes, bytes / 100]]);
  // 20 sampling points of 512 KiB on each side: 3 errors are 9.5 MiB.
  expect(liveChanges(of(10 * MIB), of(18 * MIB))).toEqual([]);
  const [change] = liveChanges(of(10 * MIB), of(30 * MIB));
  expect(change!.errorBytes / MIB).toBeCloseTo(Math.sqrt(40 * 0.5), 5);
});

test('are only compared where both sides have native stacks', () => {
  const one = liveProfile([['decode', [native('make')], MIB, 1]]);
  const none = liveProfile([]);
  expect(stackChanges({ base: one, new: one }, 0.95)).toEqual({ compared: 0, changed: [], live: [] });
  expect(stackChanges({ base: none, new: one }, 0.95).live).toBeNull();
});
