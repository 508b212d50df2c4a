import type { Report } from '../model/report.js';
import { OUTSIDE } from '../report/outside-row.js';
import { escapeControls } from '../text/escape.js';
import { inline } from '../text/format.js';
import { cellOf, columnsOf } from './columns.js';
import { FINDING_HEADING, findingCell, findingNotes, findingsOfReport } from './findings-column.js';
import { notesOf } from './notes.js';
import { type Ranking, rank } from './ranking.js';

/** The human table as GitHub Markdown, with full labels, and its notes as a list. */
export function renderMarkdown(report: Report, ranking: Ranking & { readonly by?: string | undefined } = {}): string {
  const { by } = ranking;
  const rows = rank(report.stages, ranking);
  const { columns, leftOut } = columnsOf(report, ranking.sort);
  const findings = findingsOfReport(report);
  const finding = (cell: string) => (rows.some((row) => (findings.get(row) ?? []).length > 0) ? [cell] : []);
  const table = [
    [escapeMarkdown(by ?? 'stage'), ...columns.map(({ heading }) => heading), ...finding(FINDING_HEADING)],
    [':--', ...columns.map(() => '--:'), ...finding(':--')],
    ...rows.map((row) => [
      escapeMarkdown(row.stage),
      ...columns.map((column) => inline(cellOf(column, row))),
      ...finding(findingCell(findings.get(row) ?? [])),
    ]),
    ...(by === undefined
      ? [[OUTSIDE, ...columns.map(({ outside }) => (outside === null ? '' : inline(outside))), ...finding('')]]
      : []),
    ['total', ...columns.map(({ total }) => (total === null ? '' : inline(total))), ...finding('')],
  ];
  const notes = [...findingNotes(findings), ...notesOf(report, { columns: leftOut, rowsShown: rows.length })];
  return `${[...markdownTable(table), '', ...notes.map(({ key, text }) => `- **${key}** ${escapeMarkdown(text)}`)].join(
    '\n',
  )}\n`;
}

/** The lines of a table whose cells are escaped already: its heading, how each column is aligned, its rows. */
export function markdownTable(rows: readonly (readonly string[])[]): string[] {
  return rows.map((cells) => `| ${cells.join(' | ')} |`);
}

/** `text` on one line, shown as it is: no pipe ends its cell, no `__proto__` turns bold. */
export function escapeMarkdown(text: string): string {
  return escapeControls(text).replace(/[\\`*_{}[\]<>|~&]/g, '\\$&');
}
