import type { NumberField } from '../model/number-metrics.js';
import type { Report, StageRow } from '../model/report.js';
import { type Comparison, plainChange, withoutChange } from './comparison.js';
import { foldOf, total } from './label-sums.js';
import type { Side } from './side.js';

/** The rows of a side that is a report, or is compared with one. */
export type Rows = ReadonlyMap<string, Pick<StageRow, NumberField>>;

export function rowsOfReport({ stages, program }: Report): Rows {
  return new Map([...(program ? [program] : []), ...stages].map((row) => [row.stage, row]));
}

/** The rows that a report of the records would have. */
export function rowsOfSide({ labels, selection }: Side): Rows {
  const rows = Array.from(labels, ([label, sums]) => {
    const values = selection.fields.map((field, metric) => {
      const fold = foldOf(field);
      const { sums: added, counts } = sums.byInput(metric);
      if (fold === 'peak' || fold === 'max') return [field, sums.highest(metric)];
      return [field, total(counts) === 0 ? null : total(added)];
    });
    return [label, Object.fromEntries(values)] as const;
  });
  return new Map(rows);
}

const NO_RECORDS = 'a report does not tell how much runs differ: 5 runs of each side do, by stageprof run --repeat 5';

/** Compares rows without records: there is a change, and no interval. */
export function compareRows(base: Rows, next: Rows, fields: readonly NumberField[]): Comparison[] {
  return [...new Set([...base.keys(), ...next.keys()])].flatMap((stage) =>
    fields.flatMap((field) => {
      const [ofBase, ofNew] = [base.get(stage), next.get(stage)];
      // A field that an older version does not have was not measured.
      const [before, after] = [ofBase?.[field] ?? null, ofNew?.[field] ?? null];
      if (before === null && after === null) return [];
      const fold = foldOf(field);
      const common = {
        stage,
        field,
        statistic: fold === 'peak' || fold === 'max' ? 'highest' : 'total',
        state: ofBase === undefined ? 'new' : ofNew === undefined ? 'gone' : 'both',
        base: before,
        new: after,
        inputs: null,
        unmeasured: null,
        highest: null,
      } as const;
      const isWhole = before !== null && after !== null;
      return [isWhole ? plainChange(common, before, after, NO_RECORDS) : withoutChange(common)];
    }),
  );
}
