import { describe, expect, test } from 'vitest';
import { type Exporter, exporterNamed, helpOf, refusalOf } from '../../src/export/exporter.js';
import { EXPORTERS } from '../../src/export/exporters.js';
import { summaryView } from '../../src/summary/summary-view.js';
import { pipelineReport } from '../support/report-fixture.js';

const NOTHING_GIVEN = { by: false, sort: false, top: false, details: false };

const RESULT = {
  records: 1,
  failed: 0,
  failures: new Map(),
  repeatedInputs: 0,
  unprofiled: 0,
  failedUnprofiled: 0,
  malformed: 0,
  named: [],
  unreadable: [],
  report: pipelineReport(),
  groups: undefined,
  inputGrowth: null,
  processes: 1,
  worstOf: () => ({ wall_s: null, rss_kb_peak_max: null, rss_kb_added: null }),
};

test.each(Object.entries(EXPORTERS))('the formats of a %s have names of their own, the table first', (_, exporters) => {
  const names = exporters.map(({ name }: Exporter<never>) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names[0]).toBe('table');
});

test.each(EXPORTERS.report.map((exporter) => [exporter.name, exporter] as const))(
  '%s shows every stage of a report',
  (_, { render }) => {
    const text = render(summaryView(RESULT, { files: 1 }), {});
    for (const { stage } of RESULT.report.stages) expect(text).toContain(stage.slice(stage.lastIndexOf('.') + 1));
  },
);

describe('a flag that makes no sense with a format', () => {
  const refused = (name: string, given: Partial<typeof NOTHING_GIVEN>) =>
    refusalOf(exporterNamed(EXPORTERS.report, name), { ...NOTHING_GIVEN, ...given });

  test.each([
    ['table', { details: true }, '--details needs --format json: the table, CSV and Markdown have them'],
    ['caliper', { by: true }, '--by is not for --format caliper: it has the tree of all stages'],
    ['caliper', { sort: true, top: true }, '--sort is not for --format caliper: it has the tree of all stages'],
    ['caliper', { top: true }, '--top is not for --format caliper: it has the tree of all stages'],
  ])('is refused with %s: %j', (name, given, message) => {
    expect(refused(name, given)).toBe(message);
  });

  test.each([
    ['json', { by: true, sort: true, top: true, details: true }],
    ['csv', { by: true, sort: true, top: true }],
    ['caliper', {}],
  ])('is not refused with %s: %j', (name, given) => {
    expect(refused(name, given)).toBeUndefined();
  });
});

test('the help has a paragraph for each format that needs one', () => {
  const exporters = [
    { name: 'a', help: 'A is so.', render: () => '' },
    { name: 'b', render: () => '' },
    { name: 'c', help: 'C is so.', render: () => '' },
  ];
  expect(helpOf(exporters)).toBe('A is so.\n\nC is so.');
  expect(helpOf(EXPORTERS.report)).toMatch(/^--format caliper is one profile/);
});
