import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The repository that is under test. */
export const ROOT = join(import.meta.dirname, '../..');

/** A code block of CONTRIBUTING that names a file: the whole of a new file, or lines to change in an existing one. */
export interface Edit {
  readonly path: string;
  readonly isNew: boolean;
  readonly lines: readonly string[];
}

/**
 * The edits of a section of CONTRIBUTING, in order. The first line of a block names the file: `+++ path` changes a file,
 * `// path` makes one. A block without such a line is no edit.
 *
 * @param heading the heading of the section, without its marks
 */
export function editsOf(heading: string): readonly Edit[] {
  const text = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`CONTRIBUTING.md has no section "${heading}"`);
  const blocks = section.matchAll(/^```\w+\n(\+\+\+|\/\/) (\S+)\n(.*?)\n```$/gms);
  return [...blocks].map(([, mark, path, code]) => ({ path: path!, isNew: mark === '//', lines: code!.split('\n') }));
}

/**
 * Applies a diff without line numbers. In its parts, which `@@` separates, ` ` keeps a line, `-` removes one and `+` adds
 * one. The kept and removed lines of a part must stand together at exactly one position. Runs of blanks in them count
 * as one, since formatters change them.
 */
export function changed(text: string, { path, lines }: Edit): string {
  const parts = lines.join('\n').split('\n@@\n');
  return parts.reduce((result, part) => changedBy(result, part.split('\n'), path), text);
}

function changedBy(text: string, part: readonly string[], path: string): string {
  const file = text.split('\n');
  const before = part.filter((line) => !line.startsWith('+')).map((line) => line.slice(1));
  const starts = file.flatMap((_, start) =>
    before.every((line, index) => sameWords(line, file[start + index])) ? [start] : [],
  );
  const [start] = starts;
  if (start === undefined || starts.length > 1) {
    const found = `${starts.length} positions of ${path} have the lines that CONTRIBUTING changes`;
    throw new Error(`${found}:\n${before.join('\n')}`);
  }
  let at = start;
  const after = part.flatMap((line) => {
    if (line.startsWith('+')) return [line.slice(1)];
    at += 1;
    return line.startsWith('-') ? [] : [file[at - 1]!];
  });
  return file.toSpliced(start, before.length, ...after).join('\n');
}

function sameWords(line: string, found: string | undefined): boolean {
  return found !== undefined && wordsOf(line) === wordsOf(found);
}

function wordsOf(line: string): string {
  return line.trim().replace(/\s+/g, ' ');
}
