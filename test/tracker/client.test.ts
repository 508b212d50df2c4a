import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { checksOf, Programs, TRACKER } from '../support/compiled-programs.js';

const native = fileURLToPath(new URL('../../native/', import.meta.url));
const programs = new Programs();
afterAll(() => programs[Symbol.dispose]());

const SOURCES = ['sources/tracker_client.cc', 'sources/resident.cc', 'support/symbols.cc', 'support/failure.cc'].map(
  (name) => join(native, name),
);
const client = (source = 'client') => programs.compile(`${source}.cc`, source, ...SOURCES);

test('reads live, allocated and peak bytes, and says so when there is no tracker', () => {
  const { plain, tracked, checks, wrong } = checksOf([client()]);
  expect(plain.stdout).toBe('the tracker is not preloaded\n');
  expect(tracked.stdout).toBe('counts\n');
  expect(wrong).toEqual([]);
  expect(checks).toHaveLength(18);
});

test('says that nothing is counted when another library takes malloc first', () => {
  const first = programs.compile('own_malloc.c', 'own_malloc.so');
  const { plain } = checksOf([client()], [first, TRACKER]);
  expect(plain.stdout).toBe('another library takes malloc before the tracker\n');
});

test('says that nothing is counted when the tracker was loaded while the program ran', () => {
  const { plain } = checksOf([client('late_tracker'), TRACKER]);
  expect(plain).toEqual({ stdout: 'another library takes malloc before the tracker\n', code: 0, signal: null });
});
