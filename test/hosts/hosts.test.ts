import { describe, expect, test } from 'vitest';
import { root } from '../node-lines.js';
import { temporaryFolder } from '../temporary-folder.js';
import { HOSTS } from './table.js';
import { tryHost } from './trial.js';

// In short: those that need no package, no root and no minute. `npm run test:hosts` has all.
const QUICK = HOSTS.filter(({ packages, needs, slow }) => !packages && !needs?.includes('root') && !slow);
const line = process.versions.node.split('.')[0]!;

test('names are unique', () => expect(new Set(HOSTS.map(({ name }) => name)).size).toBe(HOSTS.length));

describe('is the same under the profiler', () => {
  test.each(QUICK.map((host) => [host.name, host] as const))('%s', async (_, host) => {
    const { differences } = await tryHost(host, { node: process.execPath, line, base: temporaryFolder(), root });
    expect(differences).toEqual([]);
  });
});
