import { describe, expect, test } from 'vitest';
import { packageOf, parseScript } from '../../examples/flows/javascript.js';

function parse(source: string, name = 'a.js') {
  const { specifiers, ...counts } = parseScript(Buffer.from(source), name);
  return { ...counts, specifiers: [...specifiers] };
}

const none = { imports: 0, reexports: 0, dynamic: 0, requires: 0, computed: 0 };

test.each([
  [
    "import a from 'a'; import { b } from './b.js'; import './c.js'",
    { imports: 3 },
    ['a', './b.js', './c.js'],
    'module',
  ],
  ["export { x } from './x.js'; export * from 'y'; export const z = 1", { reexports: 2 }, ['./x.js', 'y'], 'module'],
  ["export { x }; const x = await import('./late.js')", { dynamic: 1 }, ['./late.js'], 'module'],
  ['import(`./plain.js`)', { dynamic: 1 }, ['./plain.js'], 'commonjs'],
  ["const a = require('a'); require.resolve('./b')", { requires: 2 }, ['a', './b'], 'commonjs'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the source under test has the template
  ['require(name); import(`./${name}.js`)', { computed: 2 }, [], 'commonjs'],
  ["#!/usr/bin/env node\nrequire('a')", { requires: 1 }, ['a'], 'commonjs'],
  ["if (x) return; with (y) require('a')", { requires: 1 }, ['a'], 'commonjs'],
  ["other.require('a'); resolve('b'); require()", {}, [], 'commonjs'],
])('%s', (source, counts, specifiers, syntax) => {
  expect(parse(source)).toEqual({ ...none, ...counts, specifiers, syntax });
});

describe('.mjs and .cjs decide the kind, as in Node', () => {
  test('.mjs is a module without any import, and strict', () => {
    expect(parse('1', 'a.mjs').syntax).toBe('module');
    expect(() => parse('with (a) b', 'a.mjs')).toThrow(SyntaxError);
  });

  test('.cjs has no import declarations', () => {
    expect(() => parse("import 'a'", 'a.cjs')).toThrow(SyntaxError);
  });
});

test('text that is not JavaScript is a SyntaxError', () => {
  expect(() => parse('const = 1')).toThrow(SyntaxError);
});

test.each([
  ['sharp', 'sharp'],
  ['sharp/lib/index.js', 'sharp'],
  ['@scope/name/deep/file.js', '@scope/name'],
  ['fs', 'node:fs'],
  ['node:fs/promises', 'node:fs'],
  ['node:test', 'node:test'],
  ['./a.js', undefined],
  ['/a.js', undefined],
  ['#internal', undefined],
  ['https://example.com/a.js', undefined],
  ['', undefined],
])('%j belongs to %j', (specifier, name) => {
  expect(packageOf(specifier)).toBe(name);
});
