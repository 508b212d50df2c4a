import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The repository that is under test. */
export const ROOT = join(import.meta.dirname, '../..');

/** What an example does to one file: its lines are the whole of a new file, or a diff of an existing one. */
export interface Edit {
  readonly path: string;
  readonly isNew: boolean;
  readonly lines: readonly string[];
}

/**
 * The edits of a section of CONTRIBUTING. A link from the path of a new file leads to a file of `examples/` with its lines. A
 * block of code whose first line is `+++ path` is a diff. New files come first, then diffs, each in the order of the text.
 *
 * @param heading the heading of the section, without its marks
 */
export function editsOf(heading: string): readonly Edit[] {
  const text = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`CONTRIBUTING.md has no section "${heading}"`);
  const links = section.matchAll(/\[`(\S+)`\]\((test\/contributing\/examples\/\S+)\)/g);
  const diffs = section.matchAll(/^```diff\n\+\+\+ (\S+)\n(.*?)\n```$/gms);
  return [
    ...[...links].map(([, path, example]) => edit(path!, true, readFileSync(join(ROOT, example!), 'utf8'))),
    ...[...diffs].map(([, path, code]) => edit(path!, false, code!)),
  ];
}

function edit(path: string, isNew: boolean, text: string): Edit {
  return { path, isNew, lines: text.split('\n') };
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
