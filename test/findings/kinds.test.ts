import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';
import { CASES, faultsOf } from '../truth/cases.js';
import { tryCase } from '../truth/trial.js';

/** `npm run test:truth` has them all. */
const HOLD = ['response-queue', 'streams-kept', 'strings-dropped', 'objects-kept', 'buffers-kept'];

test.each(HOLD)('what is told of %s is true', { timeout: 180_000 }, async (name) => {
  const one = CASES.find(({ program }) => program === name)!;
  expect(await tryCase(one, temporaryFolder())).toEqual([]);
});

test('what is not told, told falsely or said falsely is a fault', () => {
  const one = {
    program: '',
    options: [],
    must: [['a', 'js-growth|uncollected']] as [string, string][],
    mustNot: [['a', 'fragmentation']] as [string, string][],
    mustNotSay: [['a', /a call/]] as [string, RegExp][],
  };
  const told = (kind: string, text = '') => ({ stage: 'a', kind, text });
  expect(faultsOf(one, [])).toEqual(['a: js-growth|uncollected is not told']);
  expect(faultsOf(one, [told('uncollected')])).toEqual([]);
  expect(faultsOf(one, [told('js-growth', '1 MiB a call'), told('fragmentation')])).toEqual([
    'a: fragmentation is told, and false',
    'a: "1 MiB a call" is said, and false',
  ]);
});
