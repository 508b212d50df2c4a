import { cellOf, columnsOf } from './columns.js';
import { escapeControls } from './escape.js';
import { inline } from './format.js';
import { notesOf } from './notes.js';
import { type Ranking, rank } from './ranking.js';
import type { Report } from './report.js';

/** The human table as GitHub Markdown, with full labels, and its notes as a list. */
export function renderMarkdown(report: Report, ranking: Ranking = {}): string {
  const rows = rank(report.stages, ranking);
  const { columns, leftOut } = columnsOf(report, ranking.sort);
  const table = [
    ['stage', ...columns.map(({ heading }) => heading)],
    [':--', ...columns.map(() => '--:')],
    ...rows.map((row) => [escapeMarkdown(row.stage), ...columns.map((column) => inline(cellOf(column, row)))]),
    ['(outside any stage)', ...columns.map(({ outside }) => (outside === null ? '' : inline(outside)))],
    ['total', ...columns.map(({ total }) => (total === null ? '' : inline(total)))],
  ];
  const notes = notesOf(report, { columns: leftOut, rowsShown: rows.length });
  return `${[
    ...table.map((cells) => `| ${cells.join(' | ')} |`),
    '',
    ...notes.map(({ key, text }) => `- **${key}** ${escapeMarkdown(text)}`),
  ].join('\n')}\n`;
}

/** `text` on one line, shown as it is: no pipe ends its cell, no `__proto__` turns bold. */
function escapeMarkdown(text: string): string {
  return escapeControls(text).replace(/[\\`*_{}[\]<>|~&]/g, '\\$&');
}
