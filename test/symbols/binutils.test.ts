import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ElfFile } from '../../src/os/elf-file.js';
import { buildIdOf } from '../../src/symbols/build-id.js';
import { Demangler } from '../../src/symbols/demangler.js';
import { symbolTables } from '../../src/symbols/function-symbols.js';
import { ModuleSymbols } from '../../src/symbols/module-symbols.js';
import { nativeFiles } from '../support/installed.js';

const root = join(import.meta.dirname, '../..');
const hasBinutils = ['readelf', 'c++filt'].every((tool) => spawnSync(tool, ['--version']).status === 0);

/** Real files of both classes and several processors, some stripped: those of the dependencies, and of the system. */
function files(): string[] {
  const names = readdirSync(join(root, 'node_modules'), { recursive: true, encoding: 'utf8' });
  const ofThisSystem = new RegExp(`${process.platform}-${process.arch}.*(\\.node|\\.so[.\\d]*)$`);
  const addons = names.filter((name) => ofThisSystem.test(name)).map((name) => join(root, 'node_modules', name));
  const standardLibrary = execFileSync('g++', ['-print-file-name=libstdc++.so.6'], { encoding: 'utf8' }).trim();
  const all = [...addons, ...nativeFiles(), standardLibrary, process.execPath].filter((path) => existsSync(path));
  return [...new Set(all.map((path) => realpathSync(path)))];
}

interface Listed {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

function readelf(...args: string[]): string {
  return execFileSync('readelf', args, { encoding: 'utf8', maxBuffer: 2 ** 29, stdio: ['ignore', 'pipe', 'ignore'] });
}

/** All functions with a size, by readelf. */
function functionsIn(path: string): Listed[] {
  const row = /^ *\d+: ([0-9a-f]+) +(\d+|0x[0-9a-f]+) (?:FUNC|IFUNC) +\w+ +\w+ +(?:\[.*?\] +)?(\d+) (\S+)/gm;
  return [...readelf('-sW', path).matchAll(row)]
    .map(([, value, size, , name]) => {
      const start = Number.parseInt(value!, 16);
      return { start, end: start + Number(size), name: name!.replace(/(?<=.)@.*/, '') };
    })
    .filter(({ start, end }) => end > start);
}

/** By each address at which a function begins or ends: the names of all functions around it that begin last. */
function expectedNames(functions: readonly Listed[]): Map<number, Set<string>> {
  const sorted = functions.toSorted((a, b) => a.start - b.start);
  const bounds = [...new Set(functions.flatMap(({ start, end }) => [start, end - 1, end]))].sort((a, b) => a - b);
  const expected = new Map<number, Set<string>>();
  let around: Listed[] = [];
  let next = 0;
  for (const address of bounds) {
    for (; next < sorted.length && sorted[next]!.start <= address; next++) around.push(sorted[next]!);
    around = around.filter(({ end }) => end > address);
    const latest = Math.max(...around.map(({ start }) => start));
    const last = around.filter(({ start }) => start === latest);
    const shortest = Math.min(...last.map(({ end }) => end));
    expected.set(address, new Set(last.filter(({ end }) => end === shortest).map(({ name }) => name)));
  }
  return expected;
}

describe.runIf(hasBinutils).each(files())('beside binutils, which have to be installed: %s', (path) => {
  let file: ElfFile;
  let functions: readonly Listed[];
  beforeAll(() => {
    file = ElfFile.open(path);
    functions = functionsIn(path);
  });
  afterAll(() => file.close());

  test('has the build id that readelf finds', () => {
    const [, id = null] = /Build ID: ([0-9a-f]+)/.exec(readelf('-nW', path)) ?? [];
    expect(buildIdOf(file)).toBe(id);
  });

  test('has the functions that readelf finds, and no others', () => {
    const symbols = new ModuleSymbols(file, symbolTables(file));
    const wrong: unknown[] = [];
    for (const [address, names] of expectedNames(functions)) {
      const name = symbols.symbolAt(address);
      if (name === null ? names.size > 0 : !names.has(name)) wrong.push({ address, name, names });
    }
    expect(wrong).toEqual([]);
  });

  test('has names that are demangled if c++filt demangles them, but for a few of a hundred', () => {
    const names = [...new Set(functions.map(({ name }) => name))];
    const demangled = execFileSync('c++filt', { input: names.join('\n'), encoding: 'utf8', maxBuffer: 2 ** 29 });
    const others = demangled.split('\n');
    const demangler = new Demangler();
    const differ = names.filter((name, index) => (demangler.nameOf(name) === name) !== (others[index] === name));
    // Old compilers wrote some conditions of templates in a way that only binutils know: 19 of 2,300 names in LMDB.
    expect(differ.length / (names.length || 1)).toBeLessThan(0.02);
  });
});

test('real files are there', () => {
  expect(files().map((path) => basename(path))).toEqual(expect.arrayContaining([expect.stringMatching(/^libstdc/)]));
  expect(files().length).toBeGreaterThan(5);
});
