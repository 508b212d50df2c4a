import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { checksOf, Programs } from '../../support/compiled-programs.js';

const programs = new Programs();
afterAll(() => programs[Symbol.dispose]());

test('who is woken takes what was left for it, and nothing where several have left something', () => {
  const source = fileURLToPath(new URL('../../../native/tracker/stacks/waiting_words.cc', import.meta.url));
  const { plain, checks, plainStderr } = checksOf([
    programs.compile('stacks/waiting_words.cc', 'waiting_words', source),
  ]);
  expect(plain.code).toBe(0);
  expect(plainStderr).not.toBe('');
  expect(checks.filter(({ expected, found }) => expected !== found)).toEqual([]);
  expect(checks.length).toBeGreaterThan(30);
});
