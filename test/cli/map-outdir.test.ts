import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { MapFolders } from '../support/map-folders.js';
import { fixture, readRecords, runCli } from '../support/run-cli.js';

const ENDS = fixture('ends.mjs');

/** Mounts a file system on the folder of the records; false where this user may not mount one. */
function mountAt(path: string, options: string): boolean {
  mkdirSync(path);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'stageprof-test', path]);
  if (status === 0) onTestFinished(() => void spawnSync('umount', [path]));
  return status === 0;
}

function map(folders: MapFolders, ...args: readonly string[]) {
  return runCli(['map', '--outdir', folders.records, ...args], { env: folders.env });
}

test.each([1, 3])('on a full disk map stops, says so, and keeps what is written; --jobs %i', async (jobs) => {
  const folders = new MapFolders();
  if (!mountAt(folders.records, 'size=256k'))
    return console.warn('no test of a full disk: no file system can be mounted');
  const filling = join(folders.records, 'filling');
  const inputs = Array.from({ length: 30 }, (_, i) => `input-${i}`);
  writeFileSync(filling, Buffer.alloc(220_000));
  const flags = ['--profile', '--jobs', String(jobs)];
  const { exitCode, lines } = await map(folders, ...flags, ENDS, ...inputs);
  expect(exitCode).toBe(1);
  expect(lines.at(-2)).toMatch(/^stageprof: .*\/input-\d+\.ends\.jsonl: cannot be written, .*\(ENOSPC\)$/);
  const [, done, left] = /30 inputs: (\d+) done, 0 failed, (\d+) left, in/.exec(lines.at(-1)!) ?? [];
  expect(Number(done)).toBeGreaterThan(0);
  expect(Number(done) + Number(left)).toBe(30);
  const names = readdirSync(folders.records).filter((name) => name.endsWith('.jsonl'));
  const written = names.map((name) => JSON.parse(readFileSync(join(folders.records, name), 'utf8')));
  expect(written.filter(({ error }) => error === undefined)).toHaveLength(Number(done));
  // From inputs that ran when the record of another could not be written.
  const others = written.filter(({ error }) => error !== undefined);
  for (const { error } of others) expect(error.kind).toBe('unfinished');
  expect(await folders.left()).toEqual([]);

  // Once there is room again, the other inputs are done, and none twice.
  rmSync(filling);
  const first = folders.begun().length;
  const resumed = await map(folders, '--jobs', String(jobs), '--resume', ENDS, ...inputs);
  expect(resumed.exitCode).toBe(0);
  expect(resumed.lines[0]).toBe(`stageprof: ${done} good records there, ${left} inputs to do`);
  expect(folders.begun().length - first).toBe(Number(left));
  expect(Object.keys(readRecords(folders.records))).toHaveLength(30);
});

test('a record that cannot be repaired is named, and stays as it is', async () => {
  const folders = new MapFolders();
  // Three pages: two for the record and one to try the folder with, which is not enough to repair the record.
  if (!mountAt(folders.records, 'size=12k'))
    return console.warn('no test of a full disk: no file system can be mounted');
  const path = join(folders.records, 'a.ends.jsonl');
  const text = `{"input":"a","text":"${'x'.repeat(5000)}"}\n{"inp`;
  writeFileSync(path, text);
  const { exitCode, lines } = await map(folders, '--resume', ENDS, 'a');
  expect(exitCode).toBe(1);
  expect(lines).toEqual([expect.stringMatching(/\/a\.ends\.jsonl: cannot be written, .*\(ENOSPC\)$/)]);
  expect(readFileSync(path, 'utf8')).toBe(text);
  expect(readdirSync(folders.records)).toEqual(['a.ends.jsonl']);
});

test('on a read-only file system map says so before the first input', async () => {
  const folders = new MapFolders();
  if (!mountAt(folders.records, 'ro')) return console.warn('no test of a read-only disk: none can be mounted');
  const { exitCode, lines } = await map(folders, ENDS, 'a');
  expect(exitCode).toBe(2);
  expect(lines).toEqual([
    expect.stringMatching(/--outdir .*: cannot be written, .*\(EROFS\): give a folder that can$/),
  ]);
  expect(folders.begun()).toEqual([]);
});

test('where no recorder can be made map says so, and measures without', async () => {
  const folders = new MapFolders();
  writeFileSync(folders.recorders, 'a file');
  const { exitCode, stderr } = await map(folders, '--profile', ENDS, 'a', 'abort');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('stageprof: no recorder: ');
  expect(readRecords(folders.records)).toMatchObject({
    'a.ends.jsonl': { profile: { stages: [{ stage: 'outer' }, { stage: 'outer.inner' }] } },
    'abort.ends.jsonl': { error: { kind: 'signal', signal: 'SIGABRT' } },
  });
});

const warningsOf = (folders: MapFolders) =>
  Object.values(readRecords(folders.records)).map(({ profile }) => (profile as { warnings: string[] }).warnings);

test('a folder of recorders that goes away is one warning, counted, for all inputs', async () => {
  const folders = new MapFolders();
  const pipeline = join(folders.folder, 'removes.mjs');
  writeFileSync(
    pipeline,
    `import { rmSync } from 'node:fs';
     rmSync(process.env.STAGEPROF_DIR, { recursive: true });
     export default (input, { profiler }) => profiler.stage('a', () => ({ page: 1 }));`,
  );
  const { exitCode, stdout } = await map(folders, '--profile', pipeline, 'a', 'b', 'c');
  expect(exitCode).toBe(0);
  const reason = `recorders in another folder, no such file or directory (ENOENT) in ${folders.recorders}`;
  expect(warningsOf(folders)).toEqual(Array(3).fill([`${reason}: 1`]));
  expect(stdout.replace(/\s+/g, ' ')).toContain(`${reason}: 3`);
});

test('a folder of recorders that is full is one warning, counted, for all inputs', async () => {
  const folders = new MapFolders();
  if (!mountAt(folders.recorders, 'size=16k,mode=700'))
    return console.warn('no test of a full disk: no file system can be mounted');
  writeFileSync(join(folders.recorders, 'filling'), Buffer.alloc(16_384));
  const pipeline = join(folders.folder, 'opens.mjs');
  writeFileSync(pipeline, `export default (input, { profiler }) => profiler.stage('a', () => ({ page: 1 }));`);
  const { exitCode, stdout } = await map(folders, '--profile', '--jobs', '2', pipeline, 'a', 'b', 'c');
  expect(exitCode).toBe(0);
  const [first, ...others] = warningsOf(folders);
  expect(first).toEqual([`recorders in another folder, no room in ${folders.recorders}: 1`]);
  for (const warnings of others) expect(warnings).toEqual(first);
  expect(stdout.replace(/\s+/g, ' ')).toContain(first![0]!.replace(/1$/, '3'));
});

test('a list without inputs is one line, and no folder is made', async () => {
  const folders = new MapFolders();
  const list = join(folders.folder, 'list');
  writeFileSync(list, '\n  \n');
  const { exitCode, lines } = await map(folders, '--input-list', list, ENDS);
  expect(exitCode).toBe(2);
  expect(lines).toHaveLength(1);
  expect(readdirSync(folders.folder)).not.toContain('records');
});
