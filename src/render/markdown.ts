import { OUTSIDE } from '../report/outside-row.js';
import { escapeControls } from '../text/escape.js';
import { inline, type Quantity } from '../text/format.js';
import { cellOf } from './columns.js';
import { FINDING_HEADING, findingCell, findingNotes } from './finding-texts.js';
import { type ReportView, TOTAL } from './view.js';

/** The table of a terminal as GitHub Markdown, with full labels, and its notes as a list. */
export function renderMarkdown({ by, rows, columns, findings, worst, notes }: ReportView): string {
  const hasFindings = rows.some((row) => (findings.get(row) ?? []).length > 0);
  const finding = (cell: string) => (hasFindings ? [cell] : []);
  const end = (quantity: Quantity | null) => (quantity === null ? '' : inline(quantity));
  const table = [
    [escapeMarkdown(by ?? 'stage'), ...columns.map(({ heading }) => heading), ...finding(FINDING_HEADING)],
    [':--', ...columns.map(() => '--:'), ...finding(':--')],
    ...rows.map((row) => [
      escapeMarkdown(row.stage),
      ...columns.map((column) => inline(cellOf(column, row))),
      ...finding(findingCell(findings.get(row) ?? [])),
    ]),
    ...(by === undefined ? [[OUTSIDE, ...columns.map(({ outside }) => end(outside)), ...finding('')]] : []),
    [TOTAL, ...columns.map(({ total }) => end(total)), ...finding('')],
  ];
  const list = [...findingNotes(worst), ...notes].map(({ key, text }) => `- **${key}** ${escapeMarkdown(text)}`);
  return `${[...markdownTable(table), '', ...list].join('\n')}\n`;
}

/** The lines of a table whose cells are escaped already: its heading, how each column is aligned, its rows. */
export function markdownTable(rows: readonly (readonly string[])[]): string[] {
  return rows.map((cells) => `| ${cells.join(' | ')} |`);
}

/** `text` on one line, shown as it is: no pipe ends its cell, no `__proto__` turns bold. */
export function escapeMarkdown(text: string): string {
  return escapeControls(text).replace(/[\\`*_{}[\]<>|~&]/g, '\\$&');
}
