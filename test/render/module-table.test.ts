import { expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { renderModules } from '../../src/render/module-table.js';
import { viewOf } from '../../src/render/view.js';
import type { Layout } from '../../src/text/layout.js';
import { report, row } from '../support/report-fixture.js';

const MIB = 1024;
const modulesOf = (given: Report, options?: Layout) => renderModules(viewOf(given), options);
const allocated = report({
  stages: [
    row('scan', {
      native_modules: { node: 5 * MIB, '@img/x/lib/libvips-cpp.so.42': 90 * MIB, 'libc.so.6': 300, 'ld.so': 2 },
    }),
    row('scan.decode', { native_modules: { node: 1 * MIB, '@img/x/lib/libvips-cpp.so.42': 90 * MIB } }),
    row('scan.idle', { native_modules: {} }),
    row('other', { native_modules: { 'duckdb/duckdb.node': 2 * MIB } }),
  ],
});

test('stages with what each module allocated in them, the largest module first', () => {
  expect(modulesOf(allocated)).toBe(`\
allocated by  libvips-cpp.so.42      node  duckdb.node  libc.so.6  others
scan                   90.0 MiB  5.00 MiB        -        300 KiB   2 KiB
  decode               90.0 MiB  1.00 MiB        -          -       -
other                     -         -         2.00 MiB      -       -
`);
});

test('modules that do not fit share one column', () => {
  expect(modulesOf(allocated, { width: 48 })).toBe(`\
allocated by  libvips-cpp.so.42    others
scan                   90.0 MiB  5.29 MiB
  decode               90.0 MiB  1.00 MiB
other                     -      2.00 MiB
`);
});

test('the stages that allocated most are kept, in their order', () => {
  const stages = Array.from({ length: 30 }, (_, index) => row(`s${index}`, { native_modules: { node: 10 + index } }));
  const lines = modulesOf(report({ stages }))!.trimEnd().split('\n');
  expect(lines.slice(1, 3).map((line) => line.split(' ')[0])).toEqual(['s10', 's11']);
  expect(lines.at(-1)).toBe('10 more stages allocated less');
});

test.each([
  ['no tracker', [row('a')]],
  ['nothing allocated', [row('a', { native_modules: {} })]],
  ['no stages', []],
])('with %s there is no table', (_what, stages) => {
  expect(modulesOf(report({ stages }))).toBeUndefined();
});

test('a name from a program cannot move the cursor', () => {
  const stages = [row('\x1b[2J', { native_modules: { 'x\x1bc.node': 4 } })];
  expect(modulesOf(report({ stages }))?.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});

test('without stages the table has the program', () => {
  const program = row('(program)', { native_modules: { node: 2 * MIB } });
  expect(modulesOf(report({ program }))).toBe('allocated by      node\n(program)     2.00 MiB\n');
  expect(modulesOf(report({ program, stages: [row('a', { native_modules: {} })] }))).toBeUndefined();
});
