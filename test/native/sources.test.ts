import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadBinding } from '../../src/native/binding.js';
import { Programs } from '../tracker/programs.js';

const root = join(import.meta.dirname, '../..');
const programs = new Programs(join(root, 'test', 'native', 'programs'));
afterAll(() => programs[Symbol.dispose]());

/** What sources need; all but the part of support/ that stands on Node. */
const ROOMS = ['allocators', 'sources', 'support', 'threads'];

/** The code in CONTRIBUTING's section on adding a source: a file, then a row. */
function codeOfContributing(): readonly string[] {
  const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
  const section = text.slice(text.indexOf('## To add a source'), text.indexOf('## To add a function'));
  return [...section.matchAll(/^ {3}```cpp\n(.*?)^ {3}```$/gms)].map(([, code]) => code!.replace(/^ {3}/gm, ''));
}

/** Writes `added` before the first line of a file that has `mark` in it, or after that line. */
function insert(path: string, where: 'before' | 'after', mark: RegExp, added: string): void {
  const lines = readFileSync(path, 'utf8').split('\n');
  const at = lines.findIndex((line) => mark.test(line));
  expect(at).toBeGreaterThan(0);
  lines.splice(where === 'before' ? at : at + 1, 0, added);
  writeFileSync(path, lines.join('\n'));
}

test('one file and one row add a source, as CONTRIBUTING has it', { timeout: 120_000 }, () => {
  const native = join(programs.folder, 'native');
  for (const room of [...ROOMS, 'tracker']) cpSync(join(root, 'native', room), join(native, room), { recursive: true });

  const [file, row] = codeOfContributing();
  const list = join(native, 'sources', 'sources.h');
  writeFileSync(join(native, 'sources', 'load.h'), file!);
  insert(list, 'before', /#include "malloc_stats.h"/, '#include "load.h"');
  insert(list, 'after', /#define STAGEPROF_SOURCES\(X\)/, `  ${row!.trim()} \\`);
  insert(join(native, 'sources', 'sample_layout.h'), 'after', /#define STAGEPROF_SLOTS\(X\)/, '  X(kLoad, "load") \\');

  const sources = ROOMS.flatMap((room) => readdirSync(join(native, room)).map((name) => join(native, room, name)));
  const program = programs.compile(
    'sources.cc',
    'sources',
    '-O0',
    `-I${native}`,
    ...sources.filter((path) => path.endsWith('.cc') && !path.endsWith('loop_watch.cc')),
  );
  const { stdout, stderr } = spawnSync(program, { encoding: 'utf8' });
  const { slots, failures } = JSON.parse(stdout || stderr);

  const [oneMinute] = readFileSync('/proc/loadavg', 'utf8').split(' ');
  expect(Math.abs(slots.load - Number(oneMinute))).toBeLessThan(0.5);
  expect(slots.rss_bytes).toBeGreaterThan(0);
  expect(failures).toMatchObject({ load: null, statm: null, tracker: 'the tracker is not preloaded' });
});

test('the addon tells the failure of each source of the list', () => {
  const text = readFileSync(join(root, 'native', 'sources', 'sources.h'), 'utf8');
  const names = [...text.matchAll(/^ {2}X\(\w+, (\w+), .*\)/gm)].map(([, name]) => name);
  const { binding, missing } = loadBinding();
  if (binding === null) throw new Error(missing);
  expect(names.length).toBeGreaterThan(5);
  expect(Object.keys(binding.sourcesRead())).toEqual(names);
});
