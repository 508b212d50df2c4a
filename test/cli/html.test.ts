import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPage } from '../support/read-page.js';
import { runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const DIST = join(import.meta.dirname, '../../dist/index.js');
const KILLED = join(import.meta.dirname, '../programs/recorder/ends.js');

const PROGRAM = `
import { activeProfiler } from ${JSON.stringify(DIST)};
import { setTimeout as sleep } from 'node:timers/promises';
const profiler = activeProfiler();
// Of CPU time, since a thread that gets no CPU has no stacks.
const cpuMs = (since) => { const { user, system } = process.cpuUsage(since); return (user + system) / 1000; };
const spin = (ms) => { for (const begun = process.cpuUsage(); cpuMs(begun) < ms; ); };
await profiler.stage('load', async () => {
  globalThis.kept = Buffer.alloc(30e6, 1);
  spin(Number(process.argv[2] ?? 300));
  await profiler.stage('read', () => sleep(1500));
});
`;

const PIPELINE = `
export default async (input, { profiler }) => {
  if (input === 'bad') throw new Error('<b>bad</b>');
  await profiler.stage('step', () => new Promise((done) => setTimeout(done, 5)));
  return { length: input.length };
};
`;

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describe('--html writes one page', () => {
  test('of a run: its command, table, findings, memory over time, stacks', async () => {
    const cwd = folderWith({ 'app.mjs': PROGRAM });
    const args = ['run', '--stacks', 'cpu', '--html', 'page.html', '--', process.execPath, 'app.mjs'];
    const { exitCode, stderr } = await runCli(args, { cwd });
    expect(exitCode).toBe(0);
    expect(stderr).toContain('stageprof: the page is page.html\n');
    const page = readPage(join(cwd, 'page.html'));
    expect(page).toMatchObject({
      version: 1,
      command: 'run',
      title: `${process.execPath} app.mjs`,
      inputs: null,
      comparison: null,
    });
    expect(page.facts.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['elapsed', 'CPU', 'resident peak', 'host', 'ended']),
    );
    expect(page.report!.lines.map(({ stage }) => stage)).toEqual(['load', 'load.read']);
    const [timeline] = page.timelines;
    expect(timeline!.stages.map(({ stage }) => stage)).toEqual(expect.arrayContaining(['load', 'load.read']));
    const buffers = timeline!.holders.find(({ holder }) => holder === 'buffers_kb')!.kib as number[];
    expect(Math.max(...buffers)).toBeGreaterThan(29_000);
    expect(page.flame!.types.map(({ type }) => type)).toEqual(['cpu']);
    expect(page.flame!.texts).toContain('[load]');
    // Nothing but the page: no part of one is left.
    expect(readdirSync(cwd).filter((name) => name.includes('html'))).toEqual(['page.html']);
  });

  test('of a corpus as it is run, and of its records', async () => {
    const cwd = folderWith({ 'flow.mjs': PIPELINE });
    const inputs = ['one', 'two', 'three', 'bad'];
    const map = await runCli(['map', 'flow.mjs', ...inputs, '--profile', '--outdir', 'out', '--html', 'map.html'], {
      cwd,
    });
    expect(map.exitCode).toBe(1);
    const page = readPage(join(cwd, 'map.html'));
    expect(page).toMatchObject({ command: 'map', title: 'pipeline flow' });
    // Not that of the run, in which inputs may overlap.
    expect(page.facts.map(({ name }) => name)).toContain('elapsed in all inputs');
    expect(page.story[0]!.text).toMatch(/^4 inputs: 3 done, 1 failed/);
    expect(page.inputs!.names.toSorted()).toEqual(inputs.toSorted());
    const bad = page.inputs!.names.indexOf('bad');
    expect(page.inputs!.errors[page.inputs!.error[bad]!]).toBe('exception');
    expect(page.inputs!.files[page.inputs!.file[bad]!]).toBe('out/bad.flow.jsonl');
    expect(page.inputs!.stages!.labels).toEqual(['step']);

    const summary = await runCli(['summarize', 'out', '--html', 'all.html'], { cwd });
    expect(summary.exitCode).toBe(0);
    const all = readPage(join(cwd, 'all.html'));
    expect(all).toMatchObject({ command: 'summarize', title: 'out' });
    expect(all.facts).toContainEqual({ name: 'failed', text: '1' });
    expect(all.inputs!.names.toSorted()).toEqual(inputs.toSorted());
    // The same numbers, whichever way they were read.
    const byName = ({ names, columns }: NonNullable<typeof all.inputs>) =>
      Object.fromEntries(names.map((name, at) => [name, columns.map(({ key, values }) => [key, values[at]])]));
    expect(byName(all.inputs!)).toEqual(byName(page.inputs!));
  });

  test('of a summary by group: a list, without a tree', async () => {
    const cwd = folderWith({ 'flow.mjs': PIPELINE });
    await runCli(['map', 'flow.mjs', 'one', 'three', '--profile', '--outdir', 'out'], { cwd });
    const { exitCode } = await runCli(['summarize', 'out', '--by', 'length', '--html', 'by.html'], { cwd });
    expect(exitCode).toBe(0);
    expect(readPage(join(cwd, 'by.html')).report).toMatchObject({ rowsAre: 'length', isTree: false });
  });

  test('of a comparison: both sides with their intervals, and the stacks of both', async () => {
    const cwd = folderWith({ 'app.mjs': PROGRAM });
    for (const [name, ms] of [
      ['base', '40'],
      ['new', '2000'],
    ] as const) {
      await runCli(['run', '--stacks', 'cpu', '--out', `${name}.json`, '--', process.execPath, 'app.mjs', ms], { cwd });
    }
    const args = ['compare', 'base.json', 'new.json', '--fail-on', 'wall_s>1%', '--html', 'page.html'];
    const { exitCode } = await runCli(args, { cwd });
    expect(exitCode).toBe(1);
    const { comparison, flame, facts, title } = readPage(join(cwd, 'page.html'));
    expect(title).toBe('base.json → new.json');
    const wall = comparison!.metrics.find(({ key }) => key === 'wall_s')!;
    const load = wall.rows.find(({ stage }) => stage === 'load')!;
    expect(load.new! - load.base!).toBeCloseTo(load.difference!.value, 6);
    expect(comparison!.violations[0]).toContain('wall_s');
    expect(facts).toContainEqual({ name: 'thresholds crossed', text: expect.any(String) });
    expect(flame!.types[0]!.base).not.toBeNull();
  });

  test('of a process that was killed: how it ended, and its memory until then', async () => {
    const cwd = temporaryFolder();
    spawnSync(process.execPath, [KILLED, join(cwd, 'a.recorder'), 'SIGKILL']);
    const { exitCode } = await runCli(['postmortem', 'a.recorder', '--html', 'page.html'], { cwd });
    expect(exitCode).toBe(0);
    const { story, report, command } = readPage(join(cwd, 'page.html'));
    expect(command).toBe('postmortem');
    expect(story.map(({ key }) => key)).toEqual(expect.arrayContaining(['process', 'open', 'memory', 'killed by']));
    expect(report!.lines.map(({ stage }) => stage)).toContain('open');
  });

  test('of stack profiles, instead of what flame writes to standard output', async () => {
    const cwd = folderWith({ 'app.mjs': PROGRAM });
    await runCli(['run', '--stacks', 'cpu', '--out', 'a.json', '--', process.execPath, 'app.mjs'], { cwd });
    const alone = await runCli(['flame', 'a.stacks.pb.gz', '--html', 'page.html'], { cwd });
    expect([alone.exitCode, alone.stdout, alone.stderr]).toEqual([0, '', 'stageprof: the page is page.html\n']);
    const { flame, title } = readPage(join(cwd, 'page.html'));
    expect(title).toBe('a.stacks.pb.gz');
    expect(flame!.texts).toContain('[load]');
    const both = await runCli(
      ['flame', 'a.stacks.pb.gz', '--base', 'a.stacks.pb.gz', '--format', 'collapsed', '--html', 'diff.html'],
      { cwd },
    );
    expect(both.exitCode).toBe(0);
    const [cpu] = readPage(join(cwd, 'diff.html')).flame!.types;
    expect(cpu!.base).toEqual(cpu!.self);
  });
});

describe('a page that cannot be written', () => {
  test.each([
    ['a folder', '.', 'cannot be written, it is a folder'],
    ['nowhere', 'none/page.html', 'cannot be written, no such file or directory (ENOENT)'],
  ])('is refused before anything is run: %s', async (_, path, reason) => {
    const cwd = folderWith({ 'app.mjs': "import { writeFileSync } from 'node:fs'; writeFileSync('ran', '');" });
    const { exitCode, stderr } = await runCli(['run', '--html', path, '--', process.execPath, 'app.mjs'], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`--html ${path}: ${reason}`);
    expect(existsSync(join(cwd, 'ran'))).toBe(false);
  });

  test.each([
    ['page.html', 'is the file of --out too'],
    ['./page.html', 'is the file of --out too'],
    ['app.mjs', 'is there and is no page, so it is not replaced'],
  ])('before the program is started: %s %s', async (path, reason) => {
    const program = "import { writeFileSync } from 'node:fs'; writeFileSync('ran', '');";
    const cwd = folderWith({ 'app.mjs': program });
    const args = ['run', '--out', 'page.html', '--html', path, '--', process.execPath, 'app.mjs'];
    const { exitCode, stderr } = await runCli(args, { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`--html ${path}: ${reason}`);
    expect(readdirSync(cwd)).toEqual(['app.mjs']);
    expect(readFileSync(join(cwd, 'app.mjs'), 'utf8')).toBe(program);
  });

  test('does not prevent that a page or an empty file is replaced', async () => {
    const cwd = folderWith({ 'app.mjs': '', 'page.html': '' });
    const args = ['run', '--html', 'page.html', '--', process.execPath, 'app.mjs'];
    for (let run = 0; run < 2; run++) expect((await runCli(args, { cwd })).exitCode).toBe(0);
    expect(readPage(join(cwd, 'page.html')).command).toBe('run');
  });

  test('when the run is over is said, and changes neither exit code nor report', async () => {
    const cwd = folderWith({
      'app.mjs': "import { rmSync } from 'node:fs'; rmSync('out', { recursive: true }); process.exitCode = 3;",
    });
    mkdirSync(join(cwd, 'out'));
    const args = ['run', '--out', 'a.json', '--html', 'out/page.html', '--', process.execPath, 'app.mjs'];
    const { exitCode, stderr } = await runCli(args, { cwd });
    expect(exitCode).toBe(3);
    expect(stderr).toContain('--html out/page.html: cannot be written, no such file or directory (ENOENT)');
    expect(JSON.parse(readFileSync(join(cwd, 'a.json'), 'utf8')).schema).toBe('stageprof/1');
  });

  test('of no input that is run is said', async () => {
    const cwd = folderWith({ 'flow.mjs': PIPELINE });
    const args = ['map', 'flow.mjs', 'one', '--profile', '--outdir', 'out'];
    expect((await runCli(args, { cwd })).exitCode).toBe(0);
    const { exitCode, stderr } = await runCli([...args, '--resume', '--html', 'page.html'], { cwd });
    expect(exitCode).toBe(0);
    expect(stderr).toContain(
      '--html page.html: no page, since no input was run: stageprof summarize --html shows records',
    );
    expect(existsSync(join(cwd, 'page.html'))).toBe(false);
  });

  test('of inputs that are not profiled is refused', async () => {
    const cwd = folderWith({ 'flow.mjs': PIPELINE });
    const { exitCode, stderr } = await runCli(['map', 'flow.mjs', 'one', '--html', 'page.html'], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--html');
  });
});
