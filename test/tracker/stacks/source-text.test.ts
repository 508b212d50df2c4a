import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Programs } from '../../support/compiled-programs.js';
import { root } from '../../support/node-lines.js';

const programs = new Programs(join(root, 'test', 'programs', 'tracker', 'stacks'));
afterAll(() => programs[Symbol.dispose]());

// The mark is where V8 has the beginning of the function.
const SOURCES: readonly (readonly [string, string])[] = [
  ['function name@() {}', 'name 1:14'],
  ['function name @() {}', 'name 1:15'],
  ['async function* name@() {}', 'name 1:21'],
  ['x = { name@() {} }', 'name 1:11'],
  ['class A {\n  static async #name@() {}\n}', '#name 2:21'],
  ['const name = @() => 1', 'name 1:14'],
  ['const name=async @(a) => a', 'name 1:18'],
  ['const name = @a => a', 'name 1:14'],
  ['f({ name: @() => 1 })', 'name 1:11'],
  ['f({\r\n one: 1,\r\n name: @() => 1 })', 'name 3:8'],
  ['a;\rb;\r\nfunction longername@() {}', 'longerna 3:20'],
  // V8 has another name, or none, or may have.
  ['x.name = @() => 1', ' 1:10'],
  ['const name = function @() {}()', ' 1:23'],
  ['x = { name: function @() {} }', ' 1:22'],
  ['x = is ? name : @() => 1', ' 1:17'],
  ['x = one, is ? name : @() => 1', ' 1:22'],
  ['f(name, @() => 1)', ' 1:9'],
  ['const f = // name\n@(a) => a', ' 2:1'],
  ['class A { constructor@() {} }', ' 1:22'],
  ['class A { get name@() {} }', ' 1:19'],
  ['class A { set\nname@(a) {} }', ' 2:5'],
  ['return @(a) => a', ' 1:8'],
  ['for (x of @() => 1) {}', ' 1:11'],
  ['export default @() => 1', ' 1:16'],
  ['function \\u0061b@() {}', ' 1:17'],
  ['function \\u{61}b@() {}', ' 1:17'],
  ['x = { "name"@() {} }', ' 1:13'],
  ['x = { [name]@() {} }', ' 1:13'],
  ['a => @(b) => a', ' 1:6'],
  ['const name = @class { field = 1; }', ' 1:14'],
  ['@', ' 1:1'],
];

test('what stands before parameters in a source is a name only where V8 has the same', () => {
  const tracker = join(root, 'native', 'tracker');
  const program = programs.compile('source_names.cc', 'source_names', join(tracker, 'stacks', 'source_text.cc'));
  const { stdout } = spawnSync(
    program,
    SOURCES.map(([source]) => source),
    { encoding: 'utf8' },
  );
  expect(stdout.trimEnd().split('\n')).toEqual(SOURCES.map(([, found]) => found));
});
