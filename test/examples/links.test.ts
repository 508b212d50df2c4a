import { expect, test } from 'vitest';
import { linkFiles } from '../../examples/flows/links.js';

type Facts = Parameters<typeof linkFiles>[0][number];

function file(
  name: string,
  {
    names = [],
    urls = [],
    imports = [],
    needed = [],
    soname = null,
  }: {
    names?: string[];
    urls?: string[];
    imports?: string[];
    needed?: string[];
    soname?: string | null;
  },
): Facts {
  return {
    name,
    bytes: 1,
    kind: 'other',
    text: { count: 0, names: new Set(names), urls: new Set(urls) },
    script: {
      syntax: 'module',
      specifiers: new Set(imports),
      imports: 0,
      reexports: 0,
      dynamic: 0,
      requires: 0,
      computed: 0,
    },
    elf: {
      bits: 64,
      endian: 'little',
      type: 'shared',
      machine: 'x86-64',
      dynamic: true,
      soname,
      needed,
      defined: 0,
      undefined: 0,
      notable: [],
    },
  };
}

test('a relative import finds its file with or without extension, and a folder its index', () => {
  const flows = linkFiles([
    file('lib/a.js', { imports: ['./b', '../c.json', './folder', '..', './gone.js'] }),
    file('lib/b.js', {}),
    file('c.json', {}),
    file('lib/folder/index.js', {}),
    file('index.js', {}),
  ]);
  expect(flows.links.map((link) => `${link.by} ${link.to}`)).toEqual([
    'import c.json',
    'import index.js',
    'import lib/b.js',
    'import lib/folder/index.js',
  ]);
  expect(flows.unresolved).toBe(1);
});

test('a library that a file needs is found by its soname or file name, or counted as foreign', () => {
  const flows = linkFiles([
    file('a.node', { needed: ['libone.so.1', 'libtwo.so', 'libc.so.6', 'libc.so.6'], names: ['libtwo.so'] }),
    file('lib/libone.so.1.2.3', { soname: 'libone.so.1' }),
    file('lib/libtwo.so', {}),
  ]);
  expect(flows.links).toEqual([
    { from: 'a.node', to: 'lib/libone.so.1.2.3', by: 'needed' },
    { from: 'a.node', to: 'lib/libtwo.so', by: 'needed' },
  ]);
  expect([...flows.libraries]).toEqual([['libc.so.6', 1]]);
});

test('a name that two files share links to neither, and no file links to itself', () => {
  const names = ['index.js', 'only.txt'];
  const flows = linkFiles([file('index.js', { names }), file('x/index.js', { names }), file('only.txt', { names })]);
  expect(flows.links).toEqual([
    { from: 'index.js', to: 'only.txt', by: 'name' },
    { from: 'x/index.js', to: 'only.txt', by: 'name' },
  ]);
});

test('packages are counted once a file, hosts once an address', () => {
  const flows = linkFiles([
    file('a.js', {
      imports: ['x', 'x/y', 'node:fs'],
      urls: ['https://h.example/1', 'https://h.example/2', 'http://localhost'],
    }),
    file('b.js', { imports: ['x'], urls: ['https://h.example/1', 'https://%'] }),
  ]);
  expect([...flows.packages]).toEqual([
    ['x', 2],
    ['node:fs', 1],
  ]);
  expect([...flows.hosts]).toEqual([['h.example', 3]]);
});

test('names of object members are ordinary file names', () => {
  const flows = linkFiles([file('constructor', {}), file('a.js', { imports: ['./constructor', './__proto__'] })]);
  expect(flows.links).toEqual([{ from: 'a.js', to: 'constructor', by: 'import' }]);
});
