import { expect, test } from 'vitest';
import { renderMarkdown } from '../../src/render/markdown.js';
import { viewOf } from '../../src/render/view.js';
import { pipelineReport, report, row } from '../support/report-fixture.js';

test('a report is a table and a list of notes', () => {
  const stages = [row('a', { calls: 1, wall_s: 9, cpu_s: 7.5 }), row('a.b', { calls: 2000, wall_s: 3 })];
  expect(renderMarkdown(viewOf(report({ stages, warnings: ['unclosed *stages*: 1'] })))).toBe(`\
| stage | calls | wall | share | cpu |
| :-- | --: | --: | --: | --: |
| a | 1 | 9.00 s | 90.0% | 7.50 s |
| a.b | 2,000 | 3.00 s | 30.0% | - |
| (outside any stage) |  | 1.00 s | 10.0% | 500 ms |
| total |  | 10.0 s | 100.0% | 8.00 s |

- **rss** 97.7 MiB now, 195 MiB at its peak
- **profiler** 1.00 ms, \\<0.1% of wall
- **warning** unclosed \\*stages\\*: 1
- **left out** worst, self, thread, gc, js, js alloc, js peak, external, buffers, workers, native, allocator, rss, files, rss peak (not measured)
- **left out** p50 (no call completed)
- **left out** p95 (fewer than 20 calls)
- **left out** native alloc, native peak, mapped (needs the tracker: use stageprof run, or map --profile)
`);
});

test.each([
  ['a|b', 'a\\|b'],
  ['a\\|b', 'a\\\\\\|b'],
  ['__proto__', '\\_\\_proto\\_\\_'],
  ['<b>`x`', '\\<b\\>\\`x\\`'],
  ['two\nlines', 'two\\\\nlines'],
])('the label %j is written as %s', (label, written) => {
  expect(
    renderMarkdown(viewOf(report({ stages: [row(label)] })))
      .split('\n')[2]
      ?.split(' | ')[0],
  ).toBe(`| ${written}`);
});

test('findings are in the last column, and before the other notes', () => {
  const stages = [
    row('a_b', { calls: 1, wall_s: 9, wall_self_s: 9, cpu_self_s: 0 }),
    row('c', { calls: 1, wall_s: 1 }),
  ];
  const lines = renderMarkdown(viewOf(report({ stages }))).split('\n');
  expect(lines.slice(0, 6)).toEqual([
    '| stage | calls | wall | share | self | finding |',
    '| :-- | --: | --: | --: | --: | :-- |',
    '| a\\_b | 1 | 9.00 s | 90.0% | 9.00 s | waiting |',
    '| c | 1 | 1.00 s | 10.0% | - |  |',
    '| (outside any stage) |  | 1.00 s | 10.0% |  |  |',
    '| total |  | 10.0 s | 100.0% |  |  |',
  ]);
  expect(lines[7]).toMatch(/^- \*\*waiting\*\* a\\_b: 9\.00 s of its own 9\.00 s without CPU/);
});

test('ranked rows keep their full labels', () => {
  const rows = renderMarkdown(viewOf(pipelineReport(), { sort: 'rss_kb_delta', top: 2 }))
    .split('\n')
    .slice(2, 4);
  expect(rows.map((line) => line.split(' ')[1])).toEqual(['scan', 'scan.decode']);
});
