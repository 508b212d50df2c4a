/**
 * A report, or a result of several, as JSON with one line for each member and each row, so that `diff` compares two of
 * them and `grep` finds a stage.
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
