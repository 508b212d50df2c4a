import { NUMBER_METRICS, type NumberField } from '../model/number-metrics.js';
import type { ReportColumns } from '../records/report-columns.js';
import { HEADER_NUMBERS } from '../report/merge-header.js';
import { ROW_NUMBERS } from '../report/merge-rows.js';

/** What an input has a number of, besides those of its program's row. */
export const OWN_FIELDS = ['nth', 'rss_kb_added'] as const;

/** The columns of the inputs, in their order. */
export const INPUT_FIELDS = [
  'wall_s',
  'cpu_s',
  'thread_cpu_s',
  'gc_s',
  'rss_kb_peak_max',
  'rss_kb_added',
  'rss_kb_delta',
  'js_kb_peak_max',
  'js_kb_alloc',
  'native_kb_peak_max',
  'native_kb_alloc',
  'native_kb_delta',
  'buffers_kb_delta',
  'allocator_kb_delta',
  'mapped_kb_delta',
  'read_kb',
  'write_kb',
  'faults_major',
  'nth',
] as const satisfies readonly (NumberField | (typeof OWN_FIELDS)[number])[];
export type InputField = (typeof INPUT_FIELDS)[number];

/** What is kept of each stage of an input. */
export const STAGE_FIELDS = [
  'wall_s',
  'rss_kb_peak_max',
  'cpu_s',
  'native_kb_peak_max',
] as const satisfies readonly NumberField[];

/** So many inputs are kept: more points than a screen has room for. */
export const MOST_INPUTS = 10_000;
/** The highest of each column are kept besides. */
const MOST_OF_EACH = 32;
/** So many labels are kept, in the order in which they are met. */
export const MOST_LABELS = 256;

/** An input, in a form that can be cloned into another thread. */
export interface KeptInput<Position> {
  readonly name: string;
  /** Two words; inputs with the lowest are kept where there are too many. */
  readonly hash: number;
  readonly position: Position;
  /** Null for one that did not fail. */
  readonly error: string | null;
  /** In the order of `INPUT_FIELDS`; NaN for what was not measured. */
  readonly numbers: Float64Array;
  /** Numbers of labels in the table, and for each `STAGE_FIELDS.length` values. */
  readonly labels: Uint16Array;
  readonly stages: Float64Array;
}

export interface InputTableState<Position> {
  readonly inputs: readonly KeptInput<Position>[];
  readonly labels: readonly string[];
  /** Whether stages were left out, since their labels came after the first `MOST_LABELS`. */
  readonly lacksLabels: boolean;
  readonly total: number;
}

const indexOf = (field: string) => NUMBER_METRICS.findIndex((metric) => metric.field === field);
const ROW_INDEX = INPUT_FIELDS.map(indexOf);
const STAGE_INDEX = STAGE_FIELDS.map(indexOf);
const [RSS_DELTA, RSS_PEAK, WALL, CPU] = ['rss_kb_delta', 'rss_kb_peak_max', 'wall_s', 'cpu_s'].map(indexOf) as [
  number,
  number,
  number,
  number,
];
const header = (name: string) => HEADER_NUMBERS.indexOf(name as (typeof HEADER_NUMBERS)[number]);
const [NTH, RSS_NOW, TOTAL_WALL, TOTAL_CPU, HEADER_PEAK] = [
  'process_inputs',
  'rss_kb_now',
  'total_wall_s',
  'total_cpu_s',
  'rss_kb_peak',
].map(header) as [number, number, number, number, number];

/**
 * The numbers of the inputs of a corpus. It keeps all of them up to a limit, and beyond that those with the lowest hashes of
 * their names, which is a sample that does not depend on the order of reading, and the highest of each column.
 */
export class InputTable<Position> {
  readonly #labelIds = new Map<string, number>();
  #inputs: KeptInput<Position>[] = [];
  #total = 0;
  #lacksLabels = false;

  constructor(private readonly most = MOST_INPUTS) {}

  /** @param columns of the profile of the input; undefined where it has none */
  add(
    input: Pick<KeptInput<Position>, 'name' | 'hash' | 'position' | 'error'>,
    columns: ReportColumns | undefined,
  ): void {
    this.#total++;
    const { labels, stages } = this.#stagesOf(columns);
    this.#inputs.push({ ...input, numbers: numbersOf(columns), labels, stages });
    if (this.#inputs.length >= 2 * this.most + MOST_OF_EACH * INPUT_FIELDS.length) this.#prune();
  }

  state(): InputTableState<Position> {
    return {
      inputs: this.#inputs,
      labels: [...this.#labelIds.keys()],
      lacksLabels: this.#lacksLabels,
      total: this.#total,
    };
  }

  absorb({ inputs, labels, lacksLabels, total }: InputTableState<Position>): void {
    this.#lacksLabels ||= lacksLabels;
    const ids = labels.map((label) => this.#labelId(label));
    this.#total += total;
    for (const input of inputs) {
      const known = [...input.labels.keys()].filter((at) => ids[input.labels[at]!] !== undefined);
      const { length } = STAGE_FIELDS;
      this.#inputs.push({
        ...input,
        labels: Uint16Array.from(known, (at) => ids[input.labels[at]!]!),
        stages: Float64Array.from(known.flatMap((at) => [...input.stages.subarray(at * length, (at + 1) * length)])),
      });
    }
    if (this.#inputs.length >= 2 * this.most) this.#prune();
  }

  /** The inputs to show, in the order in which they were added. */
  result(): InputTableState<Position> {
    this.#prune();
    return this.state();
  }

  #prune(): void {
    if (this.#inputs.length <= this.most) return;
    const kept = new Set(this.#inputs.toSorted((a, b) => a.hash - b.hash).slice(0, this.most));
    INPUT_FIELDS.forEach((_, field) => {
      const known = this.#inputs.filter(({ numbers }) => !Number.isNaN(numbers[field]));
      for (const input of known.sort((a, b) => b.numbers[field]! - a.numbers[field]!).slice(0, MOST_OF_EACH)) {
        kept.add(input);
      }
    });
    this.#inputs = this.#inputs.filter((input) => kept.has(input));
  }

  #stagesOf(columns: ReportColumns | undefined): Pick<KeptInput<Position>, 'labels' | 'stages'> {
    const labels: number[] = [];
    const stages: number[] = [];
    for (let row = 0; row < (columns?.rows ?? 0); row++) {
      const id = this.#labelId(columns!.labels[row]!);
      if (id === undefined) continue;
      labels.push(id);
      for (const index of STAGE_INDEX) stages.push(columns!.numbers[row * ROW_NUMBERS + index]!);
    }
    return { labels: Uint16Array.from(labels), stages: Float64Array.from(stages) };
  }

  /** Undefined past the limit. */
  #labelId(label: string): number | undefined {
    const known = this.#labelIds.get(label);
    if (known !== undefined) return known;
    if (this.#labelIds.size >= MOST_LABELS) {
      this.#lacksLabels = true;
      return undefined;
    }
    this.#labelIds.set(label, this.#labelIds.size);
    return this.#labelIds.size - 1;
  }
}

function numbersOf(columns: ReportColumns | undefined): Float64Array {
  const numbers = new Float64Array(INPUT_FIELDS.length).fill(Number.NaN);
  if (columns === undefined) return numbers;
  const { program, hasProgram, header: head } = columns;
  const ofRow = (index: number) => (hasProgram ? program[index]! : Number.NaN);
  const or = (value: number, other: number) => (Number.isNaN(value) ? other : value);
  ROW_INDEX.forEach((index, field) => {
    if (index !== -1) numbers[field] = ofRow(index);
  });
  const set = (field: InputField, value: number) => {
    numbers[INPUT_FIELDS.indexOf(field)] = value;
  };
  // Reports of older versions have no row of the program.
  set('wall_s', or(ofRow(WALL), head[TOTAL_WALL]!));
  set('cpu_s', or(ofRow(CPU), head[TOTAL_CPU]!));
  const peak = or(ofRow(RSS_PEAK), head[HEADER_PEAK]!);
  set('rss_kb_peak_max', peak);
  set('nth', head[NTH]!);
  // Above the resident set of the process before the input: one that keeps memory would make each later input the worst.
  set('rss_kb_added', peak - (head[RSS_NOW]! - ofRow(RSS_DELTA)));
  return numbers;
}
