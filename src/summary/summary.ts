import type { Report, StageRow } from '../model/report.js';
import type { FilePosition } from '../records/positions.js';
import type { ReadOutcome } from '../records/read-outcome.js';
import type { InputGrowth } from './input-growth.js';
import type { WorstBy } from './worst.js';

/** A record and where it stands. */
export interface WorstRecord extends FilePosition {
  readonly value: number;
  readonly input: string | null;
}

/** The worst records of one label, by what they are worst by; null where no record has such a number. */
export type WorstRecords = Readonly<Record<WorstBy, WorstRecord | null>>;

/** What the records come to. */
export interface RecordSums {
  readonly report: Report;
  /** How many processes the records are of: the header tells that of `run` alone. */
  readonly processes: number;
  /** One row a group; undefined where the records are summarised by stage. */
  readonly groups: readonly StageRow[] | undefined;
  /** Null where no process had several inputs. */
  readonly inputGrowth: InputGrowth | null;
  readonly worstOf: (label: string) => WorstRecords;
}

/** All that a summary shows. */
export type SummaryResult = ReadOutcome & RecordSums;
