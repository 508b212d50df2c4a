import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MapFolders } from '../support/map-folders.js';
import { fixture, readRecords, runCli } from '../support/run-cli.js';

const ENDS = fixture('ends.mjs');

function map(folders: MapFolders, inputs: readonly string[], ...flags: readonly string[]) {
  return runCli(['map', '--outdir', folders.records, ...flags, ENDS, ...inputs], { env: folders.env });
}

function recordOf(input: string, members: object = { page: 1 }): string {
  return `${JSON.stringify({ input, ...members })}\n`;
}

test('--resume skips inputs with a good record, does the others, and repairs records', async () => {
  const folders = new MapFolders();
  mkdirSync(folders.records);
  const write = (name: string, text: string) => writeFileSync(join(folders.records, `${name}.ends.jsonl`), text);
  write('good', recordOf('good'));
  write('marked', `\ufeff${recordOf('marked')}`);
  write('failed', recordOf('failed', { error: { kind: 'timeout', message: 'took longer than 1 s' } }));
  write('unfinished', recordOf('unfinished', { error: { kind: 'unfinished', message: 'was stopped by SIGTERM' } }));
  write('torn', recordOf('torn').slice(0, -4));
  write('zeros', `${recordOf('zeros').slice(0, 12)}${'\0'.repeat(40)}`);
  write('empty', '');
  write('beside', `${recordOf('beside')}${recordOf('beside').slice(0, 15)}`);
  const inputs = ['good', 'marked', 'failed', 'unfinished', 'torn', 'zeros', 'empty', 'beside', 'missing'];
  const { exitCode, lines } = await map(folders, inputs, '--resume');
  expect(exitCode).toBe(0);
  expect(lines[0]).toBe('stageprof: 3 good records there, 1 of them repaired, 6 inputs to do');
  expect(folders.begun().map(({ input }) => input)).toEqual([
    'failed',
    'unfinished',
    'torn',
    'zeros',
    'empty',
    'missing',
  ]);
  // Throws unless each record is one whole line.
  const records = readRecords(folders.records);
  expect(Object.values(records).map(({ input }) => input)).toEqual([...inputs].sort());
  expect(records['good.ends.jsonl']).toEqual({ input: 'good', page: 1 });
  expect(records['beside.ends.jsonl']).toEqual({ input: 'beside', page: 1 });

  const again = await map(folders, inputs, '--resume');
  expect(again).toMatchObject({ exitCode: 0, stdout: '' });
  expect(again.lines).toEqual(['stageprof: 9 good records there, nothing to do']);
});

test('a list that has grown by inputs with the same base name overwrites and doubles nothing', async () => {
  const folders = new MapFolders();
  expect(await map(folders, ['x/a', 'b'])).toMatchObject({ exitCode: 0 });
  const before = readRecords(folders.records);
  const inputs = ['y/a', 'x/a', 'z/a', 'b'];
  const { lines } = await map(folders, inputs, '--resume');
  expect(lines[0]).toBe('stageprof: 2 good records there, 2 inputs to do');
  const after = readRecords(folders.records);
  expect(after).toMatchObject(before);
  expect(
    Object.values(after)
      .map(({ input }) => input)
      .sort(),
  ).toEqual([...inputs].sort());
  expect((await map(folders, inputs, '--resume')).lines).toEqual(['stageprof: 4 good records there, nothing to do']);
});

test('a record of another input, or a file of another kind, stays as it is', async () => {
  const folders = new MapFolders();
  mkdirSync(join(folders.records, 'folder.ends.jsonl'), { recursive: true });
  spawnSync('mkfifo', [join(folders.records, 'pipe.ends.jsonl')]);
  const others = { 'a.ends.jsonl': recordOf('y/a'), 'text.ends.jsonl': 'read me\n' };
  for (const [name, text] of Object.entries(others)) writeFileSync(join(folders.records, name), text);
  const inputs = ['x/a', 'x/folder', 'x/pipe', 'x/text'];
  for (const flags of [[], ['--resume']]) {
    const { exitCode } = await map(folders, inputs, ...flags);
    expect(exitCode).toBe(0);
    const names = readdirSync(folders.records);
    expect(names).toHaveLength(8);
    for (const [name, text] of Object.entries(others)) {
      expect(readFileSync(join(folders.records, name), 'utf8')).toBe(text);
    }
    const hashed = names.filter((name) => /-[0-9a-f]{8}\.ends\.jsonl$/.test(name));
    const records = hashed.map((name) => JSON.parse(readFileSync(join(folders.records, name), 'utf8')));
    expect(records.map(({ input }) => input).sort()).toEqual(inputs);
  }
});

test('the temporary files of dead processes are removed, those of others stay', async () => {
  const folders = new MapFolders();
  mkdirSync(folders.records);
  const dead = spawnSync('true').pid;
  const temporary = (host: string, pid: number) => `.stageprof-${host}-${pid}-0123456789abcdef.tmp`;
  const staying = [temporary(hostname(), process.pid), temporary('another-node', dead), '.stageprof-notes.tmp'];
  for (const name of [temporary(hostname(), dead), ...staying]) writeFileSync(join(folders.records, name), '{"in');
  expect(await map(folders, ['a'], '--resume')).toMatchObject({ exitCode: 0 });
  expect(readdirSync(folders.records).sort()).toEqual([...staying, 'a.ends.jsonl'].sort());
});

const ODD = [
  'line\nbreak',
  'a "quoted" one',
  'back\\slash',
  '\u001b[31mred\u0007',
  'folder/',
  '..',
  '.hidden',
  '-dashed',
  ' blank ',
  `${'l'.repeat(300)}-1`,
  `${'l'.repeat(300)}-2`,
  'ü'.repeat(200),
  'e\u0301',
  '\u00e9',
  '\u202egpj.exe',
];

test('inputs of any name have one record, which is found again', async () => {
  const folders = new MapFolders();
  const run = (...flags: string[]) =>
    runCli(['map', '--outdir', folders.records, ...flags, ENDS, '--', ...ODD], { env: folders.env });
  const first = await run('--profile');
  expect(first.lines.at(-1)).toContain(`${ODD.length} inputs: ${ODD.length} done, 0 failed`);
  // No name has characters that control a terminal, or reverse text.
  for (const name of readdirSync(folders.records)) expect(name).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  const records = Object.values(readRecords(folders.records));
  expect(records.map(({ input }) => input).sort()).toEqual([...ODD].sort());
  const again = await run('--resume');
  expect(again.lines).toEqual([`stageprof: ${ODD.length} good records there, nothing to do`]);
});
