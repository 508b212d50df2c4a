import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { NativeNames } from '../../src/symbols/native-names.js';
import type { NativeModule } from '../../src/symbols/symbol-files.js';
import { Programs } from '../support/compiled-programs.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SOURCES = join(import.meta.dirname, '../programs/symbols');
const BUILD_ID = 'abcdef0123456789abcdef0123456789abcdef01';
const OTHER_ID = '0123456789abcdef0123456789abcdef01234567';

const programs = new Programs(SOURCES);
afterAll(() => programs[Symbol.dispose]());

const opened: NativeNames[] = [];
afterEach(() => {
  for (const names of opened.splice(0)) names.close();
});

function open(symbolsDir?: string): NativeNames {
  const names = new NativeNames({ symbolsDir });
  opened.push(names);
  return names;
}

const withId = (id: string) => `-Wl,--build-id=0x${id}`;

/** Where the symbols of a file are, by binutils. */
function addressesIn(file: string): Map<string, number> {
  const lines = execFileSync('nm', [file], { encoding: 'utf8' }).split('\n');
  return new Map(lines.map((line) => [line.slice(19), Number.parseInt(line, 16)]));
}

/** The paths of the files that this process has open. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      // The folder itself, which is no longer open.
      return [];
    }
  });
}

describe('a shared object whose layout is known', () => {
  let module: NativeModule;
  let outer: number;
  const at = (place: number) => open().nameOf(module, outer + place);
  beforeAll(() => {
    module = { path: programs.compile('layout.c', 'layout.so', withId(BUILD_ID)), buildId: BUILD_ID };
    outer = addressesIn(module.path).get('outer')!;
  });

  test('an address is named by the innermost function that contains it', () => {
    expect([0, 15, 16, 31, 32, 63].map(at)).toEqual(['outer', 'outer', 'inner', 'inner', 'outer', 'outer']);
    expect([96, 111].map(at)).toEqual(['hidden', 'hidden']);
  });

  test('the nearest symbol names nothing: not behind its function, and not if its size is 0 or it is data', () => {
    expect([64, 79, 80, 95, 112, 127, -outer, -outer - 1, 2 ** 60].map(at)).toEqual(Array(9).fill(null));
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, -5, 0, 2 ** 53])('the address %d has no name', (address) => {
    expect(open().nameOf(module, address)).toBeNull();
  });

  test('a version is no part of a name', () => {
    const text = readFileSync(module.path, 'latin1').replaceAll('a_longer_outer', 'oyt@@VERSION_1');
    const path = join(temporaryFolder(), 'versioned.so');
    writeFileSync(path, text, 'latin1');
    expect(open().nameOf({ ...module, path }, outer)).toBe('oyt');
  });

  test('a file that was stripped names exported functions alone', () => {
    const path = join(temporaryFolder(), 'stripped.so');
    execFileSync('strip', ['-o', path, module.path]);
    const names = open();
    const stripped = { ...module, path };
    expect(names.stateOf(stripped)).toBe('exported');
    expect([0, 16, 96].map((place) => names.nameOf(stripped, outer + place))).toEqual(['outer', 'outer', null]);
    expect(names.stateOf(module)).toBe('all');
  });

  test('a file whose table has only some symbols names exported functions, too', () => {
    const path = join(temporaryFolder(), 'some.so');
    execFileSync('strip', ['--keep-symbol=hidden', '-o', path, module.path]);
    const names = open();
    expect([0, 96].map((place) => names.nameOf({ ...module, path }, outer + place))).toEqual(['outer', 'hidden']);
  });

  test('a file without any symbols says so', () => {
    const path = join(temporaryFolder(), 'none.so');
    // Without a table of sections nothing tells how many symbols the loader has.
    execFileSync('strip', ['-o', path, module.path]);
    const bytes = readFileSync(path);
    bytes.writeBigUInt64LE(0n, 40);
    writeFileSync(path, bytes);
    const names = open();
    expect(names.stateOf({ ...module, path })).toBe('none');
    expect(names.nameOf({ ...module, path }, outer)).toBeNull();
  });
});

test('names of C++ are demangled in full, and those of C stay', () => {
  const path = programs.compile('shapes.cc', 'shapes.so', withId(BUILD_ID));
  const addresses = addressesIn(path);
  const names = open();
  const named = (symbol: string) => names.nameOf({ path, buildId: BUILD_ID }, addresses.get(symbol)!);
  expect(named('plain_c')).toBe('plain_c');
  expect(named('_ZN6shapes4areaENS_5PointES0_')).toBe('shapes::area(shapes::Point, shapes::Point)');
  expect(named('_ZN6shapes12_GLOBAL__N_16hiddenENS_5PointE')).toBe(
    'shapes::(anonymous namespace)::hidden(shapes::Point)',
  );
  const count = [...addresses.keys()].find((symbol) => symbol.startsWith('_ZNK6shapes3BoxINS_5PointEE5countE'))!;
  expect(named(count)).toMatch(/^shapes::Box<shapes::Point>::count\(std::.*basic_string<char, .*> const&\) const$/);
});

describe('a module that is not the one that was mapped', () => {
  let path: string;
  let address: number;
  beforeAll(() => {
    path = programs.compile('layout.c', 'layout.so', withId(BUILD_ID));
    address = addressesIn(path).get('outer')!;
  });

  test.each([OTHER_ID, BUILD_ID.slice(2), '', null])('has no names with the build id %s', (buildId) => {
    const names = open();
    expect(names.nameOf({ path, buildId }, address)).toBeNull();
    expect(names.stateOf({ path, buildId })).toBe('changed');
  });

  test('is named without build ids, because nothing tells whether it was replaced', () => {
    const plain = programs.compile('layout.c', 'no-id.so', '-Wl,--build-id=none');
    const names = open();
    for (const buildId of [null, '']) {
      expect(names.nameOf({ path: plain, buildId }, addressesIn(plain).get('outer')!)).toBe('outer');
    }
    expect(names.stateOf({ path: plain, buildId: BUILD_ID })).toBe('changed');
  });

  test.each([
    '[vdso]',
    'linux-vdso.so.1',
    '[anonymous]',
    '',
    '/',
    '/not/there.so',
    '/dev/zero',
    '/etc/passwd',
    'layout.so (deleted)',
    'a\0b',
    '/a\0b',
  ])('has no names as %j', (odd) => {
    for (const buildId of [null, BUILD_ID]) {
      const names = open(temporaryFolder());
      expect(names.nameOf({ path: odd, buildId }, address)).toBeNull();
      expect(names.stateOf({ path: odd, buildId })).toBe('unreadable');
    }
  });

  test('that is a pipe does not wait for a writer', () => {
    const pipe = join(temporaryFolder(), 'pipe.so');
    execFileSync('mkfifo', [pipe]);
    expect(open().nameOf({ path: pipe, buildId: null }, address)).toBeNull();
  });

  test('is no object file, whose addresses mean something else', () => {
    const object = join(temporaryFolder(), 'layout.o');
    execFileSync('cc', ['-c', '-o', object, join(SOURCES, 'layout.c')]);
    const names = open();
    expect(names.nameOf({ path: object, buildId: null }, addressesIn(object).get('outer')!)).toBeNull();
    expect(names.stateOf({ path: object, buildId: null })).toBe('unreadable');
  });
});

describe('symbols that were split from a module', () => {
  let address: number;
  let folder: string;
  let stripped: NativeModule;
  let debug: string;

  /** A stripped module, and a file with its symbols elsewhere. */
  function split(buildId = BUILD_ID) {
    const whole = programs.compile('layout.c', `${buildId}.so`, withId(buildId));
    address = addressesIn(whole).get('hidden')!;
    folder = temporaryFolder();
    stripped = { path: join(folder, 'lib', 'layout.so'), buildId };
    debug = join(folder, 'split.debug');
    mkdirSync(dirname(stripped.path));
    execFileSync('objcopy', ['--only-keep-debug', whole, debug]);
    execFileSync('strip', ['-o', stripped.path, whole]);
    return whole;
  }

  const put = (from: string, ...to: string[]) => {
    const path = join(folder, 'symbols', ...to);
    mkdirSync(dirname(path), { recursive: true });
    copyFileSync(from, path);
  };
  const named = (module = stripped) => open(join(folder, 'symbols')).nameOf(module, address);

  test.each([
    ['by build id as debuggers do', ['.build-id', 'ab', `${BUILD_ID.slice(2)}.debug`]],
    ['under the build id', [BUILD_ID]],
    ['under the name of the module', ['layout.so']],
    ['under the name of the module with .debug', ['layout.so.debug']],
  ])('are found in a folder %s', (_how, to) => {
    split();
    expect(named()).toBeNull();
    put(debug, ...to);
    expect(named()).toBe('hidden');
    expect(open().nameOf(stripped, address)).toBeNull();
  });

  test('name a module of another machine, whose file is not here or is another one', () => {
    const whole = split();
    put(whole, BUILD_ID);
    rmSync(stripped.path);
    expect(named()).toBe('hidden');
    copyFileSync(programs.compile('layout.c', `${OTHER_ID}.so`, withId(OTHER_ID)), stripped.path);
    expect(named()).toBe('hidden');
    expect(named({ ...stripped, path: '[vdso]' })).toBe('hidden');
  });

  test('count only if the build id is the same', () => {
    split(OTHER_ID);
    const others = debug;
    split();
    put(others, BUILD_ID);
    put(others, 'layout.so');
    expect(named()).toBeNull();
    const names = open(join(folder, 'symbols'));
    expect(names.stateOf(stripped)).toBe('exported');
    expect(names.stateOf({ ...stripped, path: '/not/there/layout.so' })).toBe('unreadable');
  });

  test('of a folder are not needed if the module has its own', () => {
    const whole = split();
    put(stripped.path, BUILD_ID);
    expect(named({ path: whole, buildId: BUILD_ID })).toBe('hidden');
  });

  test.each([
    ['beside it', '.'],
    ['in .debug', '.debug'],
  ])('are found %s if the module has a link to them', (_where, to) => {
    split();
    execFileSync('objcopy', [`--add-gnu-debuglink=${debug}`, stripped.path]);
    expect(named()).toBeNull();
    const place = join(dirname(stripped.path), to, 'split.debug');
    mkdirSync(dirname(place), { recursive: true });
    renameSync(debug, place);
    expect(named()).toBe('hidden');
  });

  test.each(['../../etc/passwd', '..', '', 'a', `${BUILD_ID}/`])('are not those of a build id %j', (buildId) => {
    const whole = split();
    for (const name of ['layout.so', BUILD_ID]) put(whole, name);
    expect(named({ ...stripped, buildId })).toBeNull();
  });

  test('are the only file of the module that stays open', () => {
    const whole = split();
    put(stripped.path, BUILD_ID);
    put(stripped.path, 'layout.so');
    put(whole, 'layout.so.debug');
    const before = openFiles();
    expect(named()).toBe('hidden');
    expect(openFiles().filter((path) => !before.includes(path))).toEqual([join(folder, 'symbols', 'layout.so.debug')]);
  });

  test('without a folder that can be read leave what the module itself has', () => {
    split();
    symlinkSync('symbols', join(folder, 'symbols'));
    expect(named()).toBeNull();
    expect(open(join(folder, 'symbols')).stateOf(stripped)).toBe('exported');
  });
});

test('files are closed, and each is opened once', () => {
  const path = programs.compile('layout.c', 'layout.so', withId(BUILD_ID));
  const before = openFiles();
  const names = new NativeNames({ symbolsDir: SOURCES });
  for (let i = 0; i < 5; i++) {
    names.nameOf({ path, buildId: BUILD_ID }, i);
    names.nameOf({ path, buildId: OTHER_ID }, i);
    names.nameOf({ path: join(SOURCES, 'layout.c'), buildId: null }, i);
  }
  expect(openFiles()).toHaveLength(before.length + 1);
  names.close();
  expect(openFiles()).toHaveLength(before.length);
});
