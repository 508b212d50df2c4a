import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reportPart } from '../../src/page/report-part.js';
import { renderCsv } from '../../src/render/csv.js';
import { renderMarkdown } from '../../src/render/markdown.js';
import { renderTable } from '../../src/render/table.js';
import { type ViewOptions, viewOf } from '../../src/render/view.js';
import { EXAMPLES } from '../support/finding-examples.js';
import { report, row } from '../support/report-fixture.js';

const stages = [
  row('a.b', { calls: 1, wall_s: 3, ...EXAMPLES['native-growth'] }),
  row('c', { calls: 1, wall_s: 5 }),
  row('a', { calls: 1, wall_s: 4 }),
];

test.each<[ViewOptions, rows: string[], lines: string[], ends: string[]]>([
  [{}, ['a.b', 'c', 'a'], ['c', 'a', '  b'], ['(outside any stage)', 'total']],
  [{ top: 2 }, ['c', 'a'], ['c', 'a'], ['(outside any stage)', 'total']],
  [{ sort: 'wall_s' }, ['c', 'a', 'a.b'], ['c', 'a', 'a.b'], ['(outside any stage)', 'total']],
  [{ by: 'input' }, ['a.b', 'c', 'a'], ['a.b', 'c', 'a'], ['total']],
])('%j has its rows, the lines of its tree or list, and the lines below', (options, rows, lines, ends) => {
  const view = viewOf(report({ stages }), options);
  expect(view.rows.map(({ stage }) => stage)).toEqual(rows);
  expect(view.lines.map(({ depth, name }) => '  '.repeat(depth) + name)).toEqual(lines);
  expect(view.ends.map(({ label }) => label)).toEqual(ends);
});

test('findings are also of rows that the ranking leaves out, and a note counts those', () => {
  const view = viewOf(report({ stages }), { top: 2 });
  expect(view.findings.get(stages[0]!)?.map(({ kind }) => kind)).toEqual(['native-growth']);
  expect(view.worst.map(({ stage, kind }) => [stage, kind])).toEqual([['a.b', 'native-growth']]);
  expect(view.notes[0]).toEqual({ key: 'stages', text: '2 of 3 shown' });
  const groups = viewOf(report({ stages }), { top: 2, by: 'input' });
  expect(groups.notes[0]).toEqual({ key: 'rows', text: '2 of 3 shown' });
});

test('groups have no findings, in no format', () => {
  const program = row('(program)', { calls: 1, ...EXAMPLES['native-growth'] });
  const given = report({ stages, program });
  const view = viewOf(given, { by: 'input' });
  expect([view.findings.size, view.worst, view.ends.map(({ findings }) => findings)]).toEqual([0, [], [[]]]);
  const { findings, lines, ends } = reportPart(view);
  expect([findings, ...[...lines, ...ends].map((line) => line.findings)].flat()).toEqual([]);
  const texts = (options: ViewOptions) => [
    renderTable(given, options),
    renderMarkdown(viewOf(given, options)),
    renderCsv(viewOf(given, options)),
  ];
  for (const text of texts({})) expect(text).toContain('native-growth');
  for (const text of texts({ by: 'input' })) expect(text).not.toContain('native-growth');
});

test('a program without stages is the only line, with its findings', () => {
  const program = row('(program)', { calls: 1, ...EXAMPLES['native-growth'] });
  const { lines, ends, outside } = viewOf(report({ program }));
  expect(lines).toEqual([]);
  expect(ends.map(({ label, findings }) => [label, findings.map(({ kind }) => kind)])).toEqual([
    ['(program)', ['native-growth']],
  ]);
  expect(outside).toBe(program);
});

test('modules and processes are null if there is nothing to show', () => {
  const { modules, processes } = viewOf(report({ stages }));
  expect([modules, processes]).toEqual([null, null]);
});

test('modules stand in the order of what each allocated in one stage, without the smallest', () => {
  const allocated = [
    row('a', { native_modules: { small: 1, tiny: 0.5, node: 600 } }),
    row('a.b', { native_modules: { addon: 1000 } }),
  ];
  const { modules } = viewOf(report({ stages: allocated }));
  expect(modules?.names).toEqual(['addon', 'node', 'small']);
  expect(modules?.lines.map(({ depth, name }) => [depth, name])).toEqual([
    [0, 'a'],
    [1, 'b'],
  ]);
});

test('no format computes what the view has', () => {
  const folder = join(import.meta.dirname, '../../src/render');
  const computing =
    /\b(stageTree|outsideRow|findingsByRow|findingsOfRow|findingsOf|worstOfEachKind|columnsOf|rank|notesOf)\(/;
  const files = readdirSync(folder).filter((file) =>
    readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .some((line) => computing.test(line) && !line.includes('function ')),
  );
  // process-table.ts has columns of its own; modules.ts makes its part of the view.
  expect(files).toEqual(['modules.ts', 'process-table.ts', 'view.ts']);
});
