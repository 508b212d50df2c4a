import { markdownTable } from '../render/markdown.js';

/** `text` with each table between two marks of its name replaced. */
export function withMarkedTables(text: string, tables: { readonly [name: string]: string }): string {
  let result = text;
  for (const [name, rows] of Object.entries(tables)) {
    const [begin, end] = [`<!-- ${name}: begin -->\n`, `<!-- ${name}: end -->`];
    const [before, rest] = result.split(begin) as [string, string];
    result = before + begin + rows + rest.slice(rest.indexOf(end));
  }
  return result;
}

export function tableText(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return `${markdownTable([heads, heads.map(() => '---'), ...rows]).join('\n')}\n`;
}
