import type { Report } from './report.js';

/**
 * The report as JSON: one line a header member and one a row, so that two of them can be compared with `diff`
 * and a stage found with `grep`. Members beside those of a report are kept.
 */
export function renderJson(report: Report): string {
  const members = Object.entries(report)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `  ${JSON.stringify(name)}: ${areRows(value) ? rowLines(value) : JSON.stringify(value)}`);
  return `{\n${members.join(',\n')}\n}\n`;
}

function areRows(value: unknown): value is readonly object[] {
  return Array.isArray(value) && value.length > 0 && value.every((row) => typeof row === 'object');
}

function rowLines(rows: readonly object[]): string {
  return `[\n${rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]`;
}
