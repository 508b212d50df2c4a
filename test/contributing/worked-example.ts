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
 * The edits of a section of CONTRIBUTING, in order. The fence of each block has the language and the path:
 * `diff` changes a file and any other language makes one. A block without a path is no edit.
 *
 * @param heading the heading of the section, without its marks
 */
export function editsOf(heading: string): readonly Edit[] {
  const text = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`CONTRIBUTING.md has no section "${heading}"`);
  const blocks = section.matchAll(/^( *)```(\w+) (\S+)\n(.*?)^\1```$/gms);
  return [...blocks].map(([, indent, language, path, code]) => ({
    path: path!,
    isNew: language !== 'diff',
    lines: code!
      .split('\n')
      .slice(0, -1)
      .map((line) => line.slice(indent!.length)),
  }));
}

/**
 * Applies the lines of a diff without line numbers: ` ` keeps a line, `-` removes one, `+` adds one. The kept and
 * removed lines must stand together at exactly one position; runs of blanks in them count as one, since formatters
 * change them.
 */
export function changed(text: string, { path, lines }: Edit): string {
  const file = text.split('\n');
  const before = lines.filter((line) => !line.startsWith('+')).map((line) => line.slice(1));
  const starts = file.flatMap((_, start) =>
    before.every((line, index) => sameWords(line, file[start + index])) ? [start] : [],
  );
  const [start, ...others] = starts;
  if (start === undefined || others.length > 0) {
    throw new Error(
      `the lines that CONTRIBUTING changes in ${path} are there ${starts.length} times:\n${before.join('\n')}`,
    );
  }
  let at = start;
  const after = lines.flatMap((line) => {
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
