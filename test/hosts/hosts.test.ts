import { describe, expect, test } from 'vitest';
import { root } from '../support/node-lines.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { BRIEF_HOSTS, HOSTS } from './table.js';
import { tryHost } from './trial.js';

const line = process.versions.node.split('.')[0]!;
/** More than the limits of the ways to run a host together. */
const TEST_MS = 240_000;

test('names are unique', () => expect(new Set(HOSTS.map(({ name }) => name)).size).toBe(HOSTS.length));

// A selection: `npm run test:hosts` has all hosts and the other ways to profile them.
describe('is the same under the profiler', { timeout: TEST_MS }, () => {
  test.each(BRIEF_HOSTS.map((host) => [host!.name, host!] as const))('%s', async (_, host) => {
    const { differences } = await tryHost(
      { ...host, ways: ['run'] },
      { node: process.execPath, line, base: temporaryFolder(), root },
    );
    expect(differences).toEqual([]);
  });
});
