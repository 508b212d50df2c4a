import { expect, test } from 'vitest';
import { newestTables } from '../../src/corpus/live-stacks.js';
import { workerStacksPath } from '../../src/corpus/worker-stacks.js';
import { sitesPath } from '../../src/stacks/sites-path.js';

const tablesOf = (pid: number, startMs: number) => sitesPath(workerStacksPath('', pid, startMs));

const FIRST = tablesOf(17, 999_999_999_999);
const SECOND = tablesOf(17, 1_764_460_800_000);
const THIRD = tablesOf(17, 1_764_460_800_001);

test.each([
  ['before', [FIRST, THIRD, SECOND]],
  ['after', [THIRD, SECOND, FIRST]],
])(
  'of processes with the same id the last has its tables taken, wherever those of a killed run stand: %s',
  (_, names) => {
    expect(newestTables(names, 17)).toBe(THIRD);
  },
);

test('tables of other processes, and other files of the process, are not taken', () => {
  const names = [tablesOf(1, 5), tablesOf(170, 5), tablesOf(117, 5), workerStacksPath('', 17, 5), '17', '17-x.sites'];
  expect(newestTables(names, 17)).toBeUndefined();
  expect(newestTables([...names, tablesOf(17, 4)], 17)).toBe(tablesOf(17, 4));
});
