import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keptText, readKept } from '../../src/stacks/kept-stacks.js';
import { profileOf, rowInputs } from '../support/arbitrary-profile.js';
import { describeProfile } from '../support/describe-profile.js';

const account = {
  hz: 100,
  samples: 7,
  startPauseMs: 12.5,
  warnings: [{ text: 'profiles that were lost', count: 2 }],
  missing: null,
};

test('what a process keeps is read back the same', () => {
  fc.assert(
    fc.property(rowInputs, (inputs) => {
      const profile = profileOf(inputs);
      const read = readKept(keptText({ profile, account }), 1);
      expect(describeProfile(read.profile)).toEqual(describeProfile(profile));
      expect(read.account).toEqual(account);
    }),
    { numRuns: 200 },
  );
});

test.each([
  ['is cut', (text: string) => text.slice(0, -20)],
  ['is of something else', () => '{}'],
  ['is null', () => 'null'],
  ['has a row that is not whole', (text: string) => text.replace('"rows":[', '"rows":[1,')],
  [
    'names a stack that it does not have',
    (text: string) => text.replace(/"rows":\[(\d+),(\d+),\d+/, '"rows":[$1,$2,9999'),
  ],
  ['has a stack without a frame', (text: string) => text.replace(/"stacks":\[0,\d+/, '"stacks":[0,0')],
  ['has a value below zero', (text: string) => text.replace(/(\d+)\]\}$/, '-$1]}')],
  ['has a warning without a text', (text: string) => text.replace('"text"', '"words"')],
])('a file is refused that %s', (_, change) => {
  const profile = profileOf(fc.sample(rowInputs, { numRuns: 50, seed: 3 }).find((inputs) => inputs.length > 1)!);
  expect(() => readKept(change(keptText({ profile, account })), 1)).toThrow();
});
