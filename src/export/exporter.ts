import type { Layout } from '../text/layout.js';

/** The flags that some format has no use for. They are checked in this order. */
export const REFUSABLE_FLAGS = ['details', 'by', 'sort', 'top', 'columns', 'full'] as const;
export type RefusableFlag = (typeof REFUSABLE_FLAGS)[number];

/** One format of one kind of result. */
export interface Exporter<Result> {
  /** The value of `--format`. */
  readonly name: string;
  /** The flags that make no sense with this format, each with the reason that follows its name in the message. */
  readonly refuses?: Readonly<Partial<Record<RefusableFlag, string>>>;
  /** A paragraph for the help of the command, if the name does not say enough. */
  readonly help?: string;
  readonly render: (result: Result, layout: Layout) => string;
}

/** @param name one of those in the table, which the command line has checked */
export function exporterNamed<Result>(exporters: readonly Exporter<Result>[], name: string): Exporter<Result> {
  return exporters.find((exporter) => exporter.name === name)!;
}

export function formatNames(exporters: readonly Exporter<never>[]): string[] {
  return exporters.map(({ name }) => name);
}

/** Why a format cannot be used with the flags that were given; undefined if it can. */
export function refusalOf(
  { refuses = {} }: Exporter<never>,
  given: Readonly<Partial<Record<RefusableFlag, boolean>>>,
): string | undefined {
  const flag = REFUSABLE_FLAGS.find((one) => given[one] === true && refuses[one] !== undefined);
  return flag && `--${flag} ${refuses[flag]}`;
}

/** What the help of a command says of its formats. */
export function helpOf(exporters: readonly Exporter<never>[]): string {
  return exporters.flatMap(({ help }) => help ?? []).join('\n\n');
}
