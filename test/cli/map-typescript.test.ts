import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { MapFolders } from '../support/map-folders.js';
import { fixture, readRecords, runCli } from '../support/run-cli.js';

const takesTypeScript = Boolean((process.features as { readonly typescript?: unknown }).typescript);
const STRIPS = `--import ${pathToFileURL(fixture('strip-types.mjs')).href}`;

const PIPELINE = `export default async (input: string, { profiler }: object): object =>
  profiler.stage('a', () => ({ length: input.length }));\n`;

/** Runs a pipeline with this name over one input. */
async function map(name: string, text: string, env: NodeJS.ProcessEnv = {}) {
  const folders = new MapFolders();
  const pipeline = join(folders.folder, name);
  writeFileSync(pipeline, text);
  const args = ['map', '--profile', '--outdir', folders.records, pipeline, 'abc'];
  const result = await runCli(args, { env: { ...folders.env, ...env } });
  return { ...result, records: result.exitCode === 0 ? Object.values(readRecords(folders.records)) : [] };
}

test.runIf(takesTypeScript).each(['pipeline.mts', 'pipeline.ts'])(
  '%s is a pipeline where Node takes it',
  async (name) => {
    const { exitCode, records } = await map(name, PIPELINE);
    expect(exitCode).toBe(0);
    expect(records).toMatchObject([{ input: 'abc', length: 3, profile: { stages: [{ stage: 'a', calls: 1 }] } }]);
  },
);

test.runIf(takesTypeScript)('a .cts is one, too', async () => {
  const { records } = await map(
    'pipeline.cts',
    'module.exports = async (input: string) => ({ length: input.length });\n',
  );
  expect(records).toMatchObject([{ length: 3 }]);
});

test.runIf(takesTypeScript)('what Node cannot strip is one line that says what can', async () => {
  const { exitCode, lines } = await map('pipeline.mts', `enum Kind { A }\n${PIPELINE}`);
  expect(exitCode).toBe(2);
  expect(lines).toEqual([
    expect.stringMatching(/pipeline\.mts: .* cannot strip, such as an enum; .*NODE_OPTIONS='--import tsx'$/),
  ]);
});

test.skipIf(takesTypeScript).each(['pipeline.ts', 'pipeline.mts', 'pipeline.cts'])(
  '%s is one line that says what takes it, where Node does not',
  async (name) => {
    const { exitCode, lines } = await map(name, PIPELINE);
    expect(exitCode).toBe(2);
    expect(lines).toEqual([
      expect.stringMatching(/pipeline\.[mc]?ts: .* takes no TypeScript, Node 24 does; .*NODE_OPTIONS='--import tsx'$/),
    ]);
  },
);

test('a module with another extension is not taken for TypeScript', async () => {
  const { exitCode, lines } = await map('pipeline.txt', PIPELINE);
  expect(exitCode).toBe(2);
  expect(lines).toEqual([expect.stringMatching(/does not load, .*Unknown file extension ".txt"/)]);
});

test.each(['pipeline.ts', 'pipeline.mts'])('a loader of NODE_OPTIONS takes %s in the workers', async (name) => {
  const { exitCode, records } = await map(name, PIPELINE, { NODE_OPTIONS: STRIPS });
  expect(exitCode).toBe(0);
  expect(records).toMatchObject([{ input: 'abc', length: 3, profile: { stages: [{ stage: 'a', calls: 1 }] } }]);
});
