/**
 * A report, or what is made of several, as JSON: one line a header member and one a row, so that two of them can be
 * compared with `diff` and a stage found with `grep`.
 */
export function renderJson(content: object): string {
  const members = Object.entries(content)
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
