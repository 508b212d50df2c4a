import { expect, test } from 'vitest';
import { shareText, stackNotes } from '../../src/render/stack-notes.js';
import { renderStacks } from '../../src/render/stack-words.js';
import type { FrameInput } from '../../src/stacks/frame.js';
import { StackProfile } from '../../src/stacks/stack-profile.js';
import { jsFrame as frame, sampledProfile as profileOf } from '../support/stack-profile.js';

test('the heaviest functions of a stage are told with their callers, without those that call themselves', () => {
  const walk = frame('walk', 40);
  const profile = profileOf([
    ['load', [frame('main', 1), walk, walk, frame('read', 90, 95)], 60],
    ['load', [frame('main', 1), frame('read', 90, 97)], 20],
    ['load', [frame('main', 1), frame('other', 7)], 20],
  ]);
  expect(stackNotes(profile).map(({ text }) => text)).toEqual([
    'load  80 % ± 4 of 1.00 s  read parse.js:90 (60 % in line 95) < walk parse.js:40 < main parse.js:1',
    'load  20 % ± 4 of 1.00 s  other parse.js:7 < main parse.js:1',
  ]);
});

test('a stage is told whose functions are all small, and one whose heaviest is the collector', () => {
  const small = Array.from({ length: 40 }, (_, k) => ['flat', [frame(`f${k}`, k + 1)], k === 7 ? 6 : 5] as const);
  const collector: FrameInput = { kind: 'vm', name: '(garbage collector)' };
  const profile = profileOf([
    ...small,
    ['heavy', [collector], 190],
    ['heavy', [frame('build', 50)], 8],
    ['heavy', [frame('tidy', 60)], 2],
  ]);
  expect(stackNotes(profile).map(({ text }) => text)).toEqual([
    'flat    3 % ± 1 of 2.01 s  f7 parse.js:8',
    'heavy  95 % ± 2 of 2.00 s  (garbage collector)',
    'heavy   4 % ± 1 of 2.00 s  build parse.js:50',
  ]);
});

test('a stage with fewer than twenty samples has no shares', () => {
  const profile = profileOf([['brief', [frame('main', 1)], 19]]);
  expect(renderStacks(profile)).toBe('cpu  brief  190 ms  19 samples: too few for shares\n');
  expect(renderStacks(profileOf([['brief', [frame('main', 1)], 20]]))).toContain('100 % ± 1 of 200 ms');
});

test('a profile without CPU has no words', () => {
  expect(renderStacks(new StackProfile())).toBeUndefined();
});

test('the standard error of a share is that of a share that was counted', () => {
  expect(shareText(0.5, 100)).toBe('50 % ± 5');
  expect(shareText(0.41, 400)).toBe('41 % ± 2');
});

test('names are shown without control characters', () => {
  const profile = profileOf([['a\u001b[31m', [frame('f\u0007', 1)], 30]]);
  expect(renderStacks(profile)).not.toContain('\u001b');
  expect(renderStacks(profile)).not.toContain('\u0007');
});
