import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { MapFolders } from '../support/map-folders.js';
import { fixture, readRecords, runCli } from '../support/run-cli.js';

const takesTypeScript = Boolean((process.features as { readonly typescript?: unknown }).typescript);
const STRIPS = `--import ${pathToFileURL(fixture('strip-types.mjs')).href}`;

const PIPELINE = `export default async (input: string, { profiler }: object): object =>
  profiler.stage('a', () => ({ length: input.length }));\n`;

/** Runs a pipeline with this name over one input. */
async function map(name: string, text: string, env: NodeJS.ProcessEnv = {}, ...flags: readonly string[]) {
  const folders = new MapFolders();
  const pipeline = join(folders.folder, name);
  writeFileSync(pipeline, text);
  const args = ['map', '--profile', ...flags, '--outdir', folders.records, pipeline, 'abc'];
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
    expect.stringMatching(/pipeline\.mts: .* cannot strip, such as an enum: install tsx and add --import tsx$/),
  ]);
});

test.skipIf(takesTypeScript).each(['pipeline.ts', 'pipeline.mts', 'pipeline.cts'])(
  '%s is one line that says what takes it, where Node does not',
  async (name) => {
    const { exitCode, lines } = await map(name, PIPELINE);
    expect(exitCode).toBe(2);
    expect(lines).toEqual([
      expect.stringMatching(
        /pipeline\.[mc]?ts: .* takes no TypeScript, Node 24 does: .*install tsx and add --import tsx$/,
      ),
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

describe('--import', () => {
  test.each(['pipeline.ts', 'pipeline.mts', 'pipeline.cts'])(
    'tsx takes %s, and what must be transformed',
    async (name) => {
      const text = `enum Kind { A = 'a' }\n${PIPELINE.replace('input.length', 'input.length, kind: Kind.A')}`;
      const { exitCode, lines, records } = await map(name, text, {}, '--import', 'tsx');
      expect([exitCode, lines]).toEqual([0, expect.anything()]);
      expect(records).toMatchObject([{ length: 3, kind: 'a', profile: { stages: [{ stage: 'a', calls: 1 }] } }]);
    },
  );

  test('loads each module in every worker and its threads, in order, before the pipeline', async () => {
    const folders = new MapFolders();
    const put = (name: string, text: string) => {
      writeFileSync(join(folders.folder, name), text);
      return join(folders.folder, name);
    };
    put('one.mjs', "globalThis.loaded = ['one'];");
    put('two.mjs', "globalThis.loaded.push('two');");
    put('thread.mjs', "import { parentPort } from 'node:worker_threads'; parentPort.postMessage(globalThis.loaded);");
    const pipeline = put(
      'pipeline.mjs',
      `import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
const { loaded } = globalThis;
const thread = () => new Worker(new URL('./thread.mjs', import.meta.url));
export default async () => ({ loaded, inThread: (await once(thread(), 'message'))[0] });`,
    );
    const imports = ['--import', './one.mjs', '--import', './two.mjs'];
    const args = ['map', ...imports, '--jobs', '2', '--isolate', '--outdir', folders.records, pipeline, 'a', 'b'];
    const { exitCode } = await runCli(args, { cwd: folders.folder, env: folders.env });
    expect(exitCode).toBe(0);
    const both = { loaded: ['one', 'two'], inThread: ['one', 'two'] };
    expect(Object.values(readRecords(folders.records))).toMatchObject([both, both]);
  });

  test.each([
    ['is not there', 'no-such-loader', /^stageprof: --import no-such-loader: cannot be loaded, .*Cannot find package/],
    ['throws', "data:text/javascript,throw new RangeError('broken')", /cannot be loaded, RangeError: broken$/],
    ['ends its process', 'data:text/javascript,process.exit(3)', /cannot be loaded, its process ended with 3$/],
  ])('a module that %s is one line', async (_, module, message) => {
    const { exitCode, lines } = await map('pipeline.mjs', 'export default async () => ({});', {}, '--import', module);
    expect(exitCode).toBe(2);
    expect(lines).toEqual([expect.stringMatching(message)]);
  });

  test('a module may keep its process alive', async () => {
    const module = 'data:text/javascript,setInterval(() => {}, 1000)';
    const { exitCode } = await map('pipeline.mjs', 'export default async () => ({});', {}, '--import', module);
    expect(exitCode).toBe(0);
  });
});
