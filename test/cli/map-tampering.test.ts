import { expect, test } from 'vitest';
import { MapFolders } from '../support/map-folders.js';
import { fixture, readRecords, runCli } from '../support/run-cli.js';

const good = (input: string) => ({
  input,
  list: [input],
  profile: expect.objectContaining({ stages: [expect.anything()] }),
});
const failed = (input: string, kind: string, message: RegExp) => ({
  input,
  error: expect.objectContaining({ kind, message: expect.stringMatching(message) }),
});

test.each([
  ['takes all listeners off', 'allListeners', good('allListeners'), 0],
  ['replaces JSON.stringify', 'stringify', good('stringify'), 0],
  ['leaves fake timers behind', 'timers', good('timers'), 0],
  ['replaces promises', 'promises', good('promises'), 0],
  ['takes functions of the process away', 'process', good('process'), 0],
  ['gives all arrays a toJSON', 'arrays', failed('arrays', 'record', /take it off their prototype/), 1],
  ['gives all objects a toJSON', 'objects', failed('objects', 'record', /toJSON/), 1],
  ['closes the channel to stageprof', 'channel', failed('channel', 'exit', /had closed the channel to stageprof/), 1],
])('an input that %s costs no other its record', { timeout: 120_000 }, async (_, tampering, record, expected) => {
  const folders = new MapFolders();
  const inputs = ['before', tampering, 'after', 'last'];
  const args = ['map', fixture('tampers.mjs'), ...inputs, '--profile', '--outdir', folders.records];
  // Without a timeout, which would end an input that never gets an answer.
  const { exitCode, stderr } = await runCli(args, { env: folders.env });

  expect({ exitCode, stderr }).toEqual({ exitCode: expected, stderr: expect.stringContaining('4 inputs: ') });
  const records = Object.values(readRecords(folders.records));
  expect(records).toHaveLength(inputs.length);
  expect(records).toContainEqual(good('before'));
  expect(records).toContainEqual(expect.objectContaining(record));
  expect(records).toContainEqual(good('after'));
  expect(records).toContainEqual(good('last'));
  expect(await folders.left()).toEqual([]);
});
