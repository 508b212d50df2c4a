import { MODULE_METRICS, NUMBER_METRICS } from '../model/number-metrics.js';
import type { LinePosition, Positions } from '../records/positions.js';
import type { RecordFold, RecordFolds } from '../records/record-fold.js';
import type { RecordReader } from '../records/record-reader.js';
import type { ReportShape } from '../records/report-shape.js';
import { type MergerState, ReportMerger } from '../report/merge.js';
import { HEADER_NUMBERS } from '../report/merge-header.js';
import { ROW_NUMBERS, type RowsState } from '../report/merge-rows.js';
import { ProcessCount, type ProcessCountState } from '../report/process-count.js';
import { Groups, groupName, memberAt } from './groups.js';
import { type InputGrowthState, InputGrowthSums } from './input-growth.js';
import type { RecordSums, WorstRecords } from './summary.js';
import { WORST_BY, WorstInputs, type WorstState } from './worst.js';

/** Rows past so many labels or groups are added up in `(other)`: memory has to have a bound. */
const MOST_LABELS = 131_072;

const RSS_GROWTH = NUMBER_METRICS.findIndex(({ field }) => field === 'rss_kb_delta');
const NTH = HEADER_NUMBERS.indexOf('process_inputs');
const RSS = HEADER_NUMBERS.indexOf('rss_kb_now');
const PROCESSES = HEADER_NUMBERS.indexOf('processes');

/** What the records of a chunk come to. */
export interface SummaryState {
  readonly merger: MergerState;
  readonly groups: RowsState | undefined;
  readonly worst: WorstState;
  readonly inputGrowth: InputGrowthState;
  readonly processes: ProcessCountState;
}

/** What the records are grouped by, in place of their stages: a dotted path. */
export type GroupPath = readonly [member: string, ...path: string[]];

export const folds: RecordFolds<GroupPath | undefined, SummaryState, RecordSums> = {
  module: import.meta.url,
  groupMember: (groupBy) => groupBy?.[0],
  open: (groupBy) => new SummaryFold(groupBy),
};

/** Adds up records by stage, or by group. */
class SummaryFold implements RecordFold<SummaryState, RecordSums> {
  readonly #merger = new ReportMerger({ maxLabels: MOST_LABELS });
  readonly #groups: Groups | undefined;
  readonly #worst = new WorstInputs(MOST_LABELS);
  readonly #inputGrowth = new InputGrowthSums();
  readonly #processes = new ProcessCount();
  readonly #shapes = new Set<ReportShape>();
  readonly #groupPath: readonly string[];

  constructor(groupBy: GroupPath | undefined) {
    this.#groupPath = groupBy?.slice(1) ?? [];
    this.#groups = groupBy === undefined ? undefined : new Groups(MOST_LABELS);
  }

  add(record: RecordReader, position: LinePosition): void {
    if (record.isProfiled) {
      this.#addProfile(record);
      this.#addGrowth(record);
      this.#addProcess(record);
    }
    if (this.#groups !== undefined) this.#addGroup(this.#groups, record, position);
    else if (record.isProfiled) this.#addWorst(record, position);
  }

  state(): SummaryState {
    return {
      merger: this.#merger.state(),
      groups: this.#groups?.rows.state(),
      worst: this.#worst.state(),
      inputGrowth: this.#inputGrowth.state(),
      processes: this.#processes.state(),
    };
  }

  absorb({ merger, groups, worst, inputGrowth, processes }: SummaryState): void {
    this.#merger.absorb(merger);
    if (groups !== undefined) this.#groups?.rows.absorb(groups);
    this.#worst.absorb(worst);
    this.#inputGrowth.absorb(inputGrowth);
    this.#processes.absorb(processes);
  }

  result(positions: Positions): RecordSums {
    return {
      report: this.#merger.result(),
      groups: this.#groups?.rows.result(),
      inputGrowth: this.#inputGrowth.result(),
      processes: this.#processes.result(),
      worstOf: (label) => {
        const worst = this.#worst
          .of(label)
          .map((one) => one && { value: one.value, input: one.input, ...positions.inFile(one) });
        return Object.fromEntries(WORST_BY.map((by, index) => [by, worst[index] ?? null])) as unknown as WorstRecords;
      },
    };
  }

  #addProfile({ report, columns, scanner: { report: scanner } }: RecordReader): void {
    const { header, rows } = this.#merger;
    for (let index = 0; index < columns.header.length; index++) {
      const value = columns.header[index]!;
      if (value === value) header.addNumber(index, value);
    }
    if (report !== undefined) {
      header.addOthers(report);
      header.noteLacking(report);
    } else {
      const shape = scanner.shape!;
      if (!this.#shapes.has(shape)) header.noteLacking(shape.others);
      scanner.addOthers(header, !this.#shapes.has(shape));
      this.#shapes.add(shape);
    }
    let pair = 0;
    let octave = 0;
    if (columns.hasProgram) {
      const program = header.programRow();
      program.addNumbers(columns.program, 0);
      for (let at = 0; at < MODULE_METRICS.length; at++) program.addModules(at, columns.programModules[at]);
      for (; pair < columns.programPairsEnd; pair += 2)
        program.addCalls(columns.pairs[pair]!, columns.pairs[pair + 1]!);
      for (; octave < columns.programOctavesEnd; octave += 2)
        program.addGrowth(columns.octaves[octave]!, columns.octaves[octave + 1]!);
    }
    for (let index = 0; index < columns.rows; index++) {
      const row = rows.rowOf(columns.labels[index]!);
      row.addNumbers(columns.numbers, index * ROW_NUMBERS);
      for (let at = 0; at < MODULE_METRICS.length; at++) row.addModules(at, columns.modules[at]![index]);
      for (const end = columns.pairsEnd[index]!; pair < end; pair += 2) {
        row.addCalls(columns.pairs[pair]!, columns.pairs[pair + 1]!);
      }
      for (const end = columns.octavesEnd[index]!; octave < end; octave += 2) {
        row.addGrowth(columns.octaves[octave]!, columns.octaves[octave + 1]!);
      }
    }
  }

  #addGrowth({ columns: { header }, pid, slurm }: RecordReader): void {
    const nth = header[NTH]!;
    const rssKib = header[RSS]!;
    if (Number.isSafeInteger(nth) && nth >= 1 && rssKib >= 0) {
      this.#inputGrowth.add(nth, Math.round(rssKib), pid, slurm);
    }
  }

  #addProcess({ columns: { header }, pid, slurm }: RecordReader): void {
    const told = header[PROCESSES]!;
    this.#processes.add({ pid, slurm, processes: Number.isNaN(told) ? undefined : told });
  }

  #addWorst(record: RecordReader, position: LinePosition): void {
    const { columns } = record;
    const candidate = { rssKibBefore: rssKibBefore(record), position, record };
    for (let index = 0; index < columns.rows; index++) {
      this.#worst.add(columns.labels[index]!, columns.numbers, index * ROW_NUMBERS, candidate);
    }
  }

  #addGroup(groups: Groups, record: RecordReader, position: LinePosition): void {
    const name = groupName(memberAt(record.groupValue(), this.#groupPath));
    groups.add(name, record.isFailed, record.isProfiled ? record.columns : undefined);
    this.#worst.add(name, groups.numbers, 0, { rssKibBefore: rssKibBefore(record), position, record });
  }
}

/** The growth of the program counts from the end of the input before to the end of this one. */
function rssKibBefore({ isProfiled, columns }: RecordReader): number {
  return isProfiled && columns.hasProgram ? columns.header[RSS]! - columns.program[RSS_GROWTH]! : Number.NaN;
}
