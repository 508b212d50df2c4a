import { type FindingsByRow, findingsByRow, judgedAs, worstOfEachKind } from '../findings/findings.js';
import type { Finding } from '../findings/rule.js';
import { Map } from '../host/intrinsics.js';
import { PROGRAM, type Report, type StageRow } from '../model/report.js';
import { OUTSIDE, outsideRow } from '../report/outside-row.js';
import { stageTree, type TreeRow } from '../report/tree.js';
import type { Quantity } from '../text/format.js';
import { type Column, columnsNamed, columnsOf } from './columns.js';
import { type ModuleView, modulesOf } from './modules.js';
import { type Note, notesOf } from './notes.js';
import { type ProcessView, processesOf } from './process-tree.js';
import { type Ranking, rank } from './ranking.js';

export interface ViewOptions extends Ranking {
  /** What the rows are instead of stages. They are then a plain list, and nothing is outside of them. */
  readonly by?: string | undefined;
  /** The fields of the columns to show, in this order; without it, all that have a number. */
  readonly columns?: readonly string[] | undefined;
  /** How many processes the report of a corpus covers, which its header does not tell. Findings depend on it. */
  readonly processes?: number | undefined;
}

/** All that is computed from a report to show it. Every format takes it from here. */
export interface ReportView {
  readonly report: Report;
  readonly by: string | undefined;
  readonly sort: Ranking['sort'];
  /** The rows to show, in the order of first entry or of the ranking. */
  readonly rows: readonly StageRow[];
  /**
   * The same rows as a person reads them: below their ancestors, or a list of full labels if they are sorted or
   * grouped.
   */
  readonly lines: readonly TreeRow[];
  /** The lines below the rows. */
  readonly ends: readonly EndLine[];
  /** What the program used outside of the stages; null if it is not known. */
  readonly outside: StageRow | null;
  /** The findings of all rows, including those that the ranking leaves out. Groups have none. */
  readonly findings: FindingsByRow;
  /** The worst finding of each kind, the one that matters most first. */
  readonly worst: readonly Finding[];
  readonly columns: readonly Column[];
  /** Whether the columns were chosen, so that none gives way to a width. */
  readonly areColumnsChosen: boolean;
  readonly notes: readonly Note[];
  readonly modules: ModuleView | null;
  readonly processes: ProcessView | null;
}

/** A line below the rows. */
export interface EndLine {
  readonly label: string;
  /** Null leaves the cell blank. */
  readonly cell: (column: Column) => Quantity | null;
  readonly findings: readonly Finding[];
}

export const TOTAL = 'total';

export function viewOf(report: Report, options: ViewOptions = {}): ReportView {
  const { by, sort } = options;
  const outside = outsideRow(report);
  // A group is no stage: it has what whole records used, and the conditions are about stages.
  const findings: FindingsByRow =
    by === undefined ? findingsByRow(judgedAs(report, options.processes), outside) : new Map();
  const rows = rank(report.stages, options);
  const { columns, leftOut } =
    options.columns === undefined
      ? columnsOf(report, outside, sort)
      : { columns: columnsNamed(options.columns, report, outside), leftOut: [] };
  return {
    report,
    by,
    sort,
    rows,
    lines: sort === undefined && by === undefined ? stageTree(rows) : listOf(rows),
    ends: endsOf(report, by, (row) => (row && findings.get(row)) ?? [], outside),
    outside,
    findings,
    worst: worstOfEachKind(findings),
    columns,
    areColumnsChosen: options.columns !== undefined,
    notes: notesOf(report, { columns: leftOut, rowsShown: rows.length, by }),
    modules: modulesOf(report),
    processes: processesOf(report),
  };
}

function listOf(rows: readonly StageRow[]): TreeRow[] {
  return rows.map((row) => ({ row, depth: 0, name: row.stage }));
}

function endsOf(
  { stages, program }: Report,
  by: string | undefined,
  findingsOf: (row: StageRow | null) => readonly Finding[],
  outside: StageRow | null,
): EndLine[] {
  const total: EndLine = { label: TOTAL, cell: (column) => column.total, findings: findingsOf(program) };
  if (by !== undefined) return [total];
  // Without stages, the program is all there is.
  if (stages.length === 0 && program) return [{ ...total, label: PROGRAM, findings: findingsOf(outside) }];
  return [{ label: OUTSIDE, cell: ({ outside }) => outside, findings: findingsOf(outside) }, total];
}
