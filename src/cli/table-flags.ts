import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Exporter, refusalOf } from '../export/exporter.js';
import { UsageError } from '../model/usage-error.js';
import { COLUMN_HEADINGS } from '../render/columns.js';
import { escapeControls } from '../text/escape.js';
import { listed } from '../text/format.js';

/** The flag of all commands that print tables. */
export interface FullFlag {
  readonly full?: true;
}

/** The flag of all commands whose result can be a page. */
export interface PageFlag {
  readonly html?: string;
}

export function pageFlag(): Option {
  return new Option('--html <page>', 'also write the result as one page, for a browser').argParser(parsePage);
}

function parsePage(path: string): string {
  if (path === '' || path === '-') throw new InvalidArgumentError('It has to name a file.');
  return path;
}

/** The flags of those whose tables have a row for each stage. */
export interface TableFlags extends FullFlag {
  readonly columns?: readonly string[];
}

export function fullFlag(): Option {
  return new Option('--full', 'leave out no column and shorten nothing to fit the width');
}

export function addTableFlags(command: Command): Command {
  return command
    .option(
      '--columns <list>',
      'the columns of the table, by heading or field, such as wall,js,rss_kb_peak_max (default: those that fit)',
      parseColumns,
    )
    .addOption(fullFlag());
}

/** @throws {UsageError} for a format that has no use for them */
export function refuseTableFlags(exporter: Exporter<never>, { columns, full }: TableFlags): void {
  const refusal = refusalOf(exporter, { columns: columns !== undefined, full: full === true });
  if (refusal !== undefined) throw new UsageError(refusal);
}

function parseColumns(list: string): string[] {
  return list.split(',').map((name) => {
    const wanted = name.trim();
    const found = [...COLUMN_HEADINGS].find(([key, heading]) => key === wanted || heading === wanted);
    if (found !== undefined) return found[0];
    const headings = [...new Set(COLUMN_HEADINGS.values())];
    throw new InvalidArgumentError(`"${escapeControls(wanted)}" is no column, but these are: ${listed(headings)}.`);
  });
}
