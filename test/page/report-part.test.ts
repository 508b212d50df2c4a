import { describe, expect, test } from 'vitest';
import { amount } from '../../src/browser/text.js';
import { reportPart } from '../../src/page/report-part.js';
import { renderTable } from '../../src/render/table.js';
import { viewOf } from '../../src/render/view.js';
import { pipelineReport, report, row } from '../support/report-fixture.js';

describe('the report on a page', () => {
  const view = viewOf(pipelineReport());
  const part = reportPart(view);

  test('has the columns, rows and numbers of the table', () => {
    const table = renderTable(pipelineReport(), { width: Number.POSITIVE_INFINITY });
    const lines = table.split('\n');
    const shown = part.columns
      .map((column, index) => ({ ...column, index }))
      .filter(({ givesWay }) => givesWay !== null);
    // Those that a narrow table keeps.
    const names = shown.map(({ heading }) => heading);
    expect(names).toHaveLength(13);
    expect(names).toEqual(view.columns.map(({ heading }) => heading).filter((heading) => names.includes(heading)));
    expect(names).toEqual(expect.arrayContaining(['wall', 'calls', 'cpu', 'rss', 'rss peak', 'js', 'native']));
    for (const { stage, name, cells } of part.lines) {
      const line = lines.find((one) => one.trimStart().startsWith(`${name} `))!;
      const texts = shown.map(({ unit, signed, index }) => amount(cells[index], unit, signed));
      // The table aligns digits and units, which takes spaces.
      const plain = line.replace(/\s+/g, ' ');
      expect(
        texts.every((text) => plain.includes(text.replace(/^-$/, ''))),
        `${stage}: ${texts} in ${plain}`,
      ).toBe(true);
    }
  });

  test('has the columns that were chosen', () => {
    const chosen = reportPart(viewOf(pipelineReport(), { columns: ['gc_s', 'faults_minor'] }));
    expect(chosen.columns.filter(({ givesWay }) => givesWay !== null).map(({ key }) => key)).toEqual([
      'gc_s',
      'faults_minor',
    ]);
  });

  test('tells of each number how it is shown, and what it means', () => {
    const wall = part.columns.find(({ key }) => key === 'wall_s');
    expect(wall).toMatchObject({ unit: 's', signed: false, self: 'wall_self_s', fold: 'flow', group: 'time' });
    expect(part.columns.find(({ key }) => key === 'rss_kb_delta')).toMatchObject({
      unit: 'KiB',
      signed: true,
      self: null,
    });
    expect(part.columns.find(({ key }) => key === 'p95')).toMatchObject({
      unit: 'rough s',
      description: '95 % of the calls took no longer.',
    });
    expect(part.columns.every(({ description }) => description.length > 5)).toBe(true);
  });

  test('has the tree, its ends and the findings', () => {
    expect(part.lines.map(({ name, depth }) => `${depth} ${name}`)).toContain('2 tiles');
    expect(part.ends.map(({ label }) => label)).toEqual(['(outside any stage)', 'total']);
    expect(part.findings.length).toBe([...view.findings.values()].flat().length);
    expect(part.findings.filter(({ isWorst }) => isWorst)).toHaveLength(view.worst.length);
    expect(part.findings[0]!.share).toBe(Math.max(...part.findings.map(({ share }) => share)));
  });

  test('says of each source how far it can be trusted', () => {
    const native = part.sources.find(({ name }) => name === 'native')!;
    expect(native).toMatchObject({
      truth: 'sampled',
      how: 'mallinfo2; 118 of 36,000 readings skipped; read within 1 % of wall',
    });
    expect(part.notes.find(({ key }) => key === 'warning')).toEqual({
      key: 'warning',
      text: 'handles closed out of order: 3',
      isAlarm: true,
    });
  });

  test('without stages has the program alone', () => {
    const empty = reportPart(viewOf(report({ program: row('(program)', { wall_s: 2 }) })));
    expect(empty.lines).toEqual([]);
    expect(empty.ends.map(({ label }) => label)).toEqual(['(program)']);
  });

  test('keeps what was not measured as null, never as zero', () => {
    const stages = [
      row('a', { calls: 1, wall_s: 1, rss_kb_delta: null }),
      row('b', { calls: 1, wall_s: 1, rss_kb_delta: 0 }),
    ];
    const { columns, lines } = reportPart(viewOf(report({ stages, total_wall_s: 2 })));
    const rss = columns.findIndex(({ key }) => key === 'rss_kb_delta');
    expect(lines.map(({ cells }) => cells[rss])).toEqual([null, 0]);
  });
});
