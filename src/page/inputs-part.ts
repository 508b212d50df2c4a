import { NUMBER_METRICS } from '../model/number-metrics.js';
import type { FilePosition } from '../records/positions.js';
import { counted } from '../text/format.js';
import {
  INPUT_FIELDS,
  type InputField,
  type InputTableState,
  type KeptInput,
  MOST_LABELS,
  STAGE_FIELDS,
} from './input-table.js';
import { packReference, packValue } from './packed-value.js';
import type { InputColumn, InputStages, InputsPart, PageUnit } from './page-data.js';

/** So many numbers of stages are on a page; those of a metric take some 400 KB. */
const MOST_STAGE_NUMBERS = 620_000;
const MOST_STAGES = 60;
const LACKS_LABELS = `Stages after the first ${MOST_LABELS} labels are left out of the inputs.`;

/** The inputs of a corpus; null where there are fewer than two, or nothing was measured and none has failed. */
export function inputsPart(
  { inputs, labels, lacksLabels, total }: InputTableState<FilePosition>,
  mostStageNumbers = MOST_STAGE_NUMBERS,
): InputsPart | null {
  if (total < 2) return null;
  const columns = INPUT_FIELDS.flatMap((field, index) => inputColumn(field, index, inputs));
  if (columns.length === 0 && inputs.every(({ error }) => error === null)) return null;
  const files = new Numbered();
  const errors = new Numbered();
  const { stages, notes } = stagesOf(inputs, labels, mostStageNumbers);
  const sampled =
    inputs.length < total
      ? [
          `${counted(inputs.length, 'input')} of ${total.toLocaleString('en-US')} are shown: a sample by the hash of their names, and the highest of each column.`,
        ]
      : [];
  return {
    names: inputs.map(({ name }) => name),
    file: inputs.map(({ position }) => files.number(position.file)),
    files: files.texts,
    line: inputs.map(({ position }) => position.line),
    error: inputs.map(({ error }) => errors.number(error ?? '')),
    errors: errors.texts,
    columns,
    stages,
    total,
    notes: [...sampled, ...notes, ...(lacksLabels ? [LACKS_LABELS] : [])],
  };
}

const OWN: Readonly<Partial<Record<InputField, Omit<InputColumn, 'key' | 'values'>>>> = {
  nth: { heading: 'nth input', unit: 'count', description: 'Its number among the inputs of its process, from 1.' },
  rss_kb_added: {
    heading: 'rss added',
    unit: 'KiB',
    description: 'Peak of the resident set above what the process had before the input.',
  },
};

const HEADINGS: Readonly<Record<string, string>> = {
  read_kb: 'read',
  write_kb: 'written',
  faults_major: 'major faults',
  cpu_s: 'CPU',
};

/** Nothing for a column without a number, or with the same everywhere. */
function inputColumn(key: InputField, index: number, inputs: readonly KeptInput<FilePosition>[]): InputColumn[] {
  const values = inputs.map(({ numbers }) => shownNumber(numbers[index]!));
  const known = values.filter((value) => value !== null);
  // The values of stages are packed against these columns.
  const isReference = STAGE_FIELDS.some((field) => field === key);
  if (known.length === 0 || (known.every((value) => value === known[0]) && !isReference)) return [];
  const own = OWN[key];
  if (own !== undefined) return [{ key, ...own, values }];
  const metric = NUMBER_METRICS.find(({ field }) => field === key)!;
  const heading = HEADINGS[key] ?? metric.heading ?? key;
  return [{ key, heading, unit: metric.unit as PageUnit, description: metric.description, values }];
}

/** With four digits; null for what was not measured. */
function shownNumber(value: number): number | null {
  return Number.isNaN(value) ? null : Number(value.toPrecision(4));
}

function stagesOf(
  inputs: readonly KeptInput<FilePosition>[],
  allLabels: readonly string[],
  most: number,
): { stages: InputStages | null; notes: string[] } {
  if (allLabels.length === 0) return { stages: null, notes: [] };
  const totals = allLabels.map(() => 0);
  for (const { labels, stages } of inputs) {
    labels.forEach((label, at) => {
      const wall = stages[at * STAGE_FIELDS.length]!;
      totals[label]! += wall > 0 ? wall : 0;
    });
  }
  const room = Math.max(1, Math.min(MOST_STAGES, Math.floor(most / inputs.length)));
  const ranked = [...allLabels.keys()].sort((a, b) => totals[b]! - totals[a]!).slice(0, room);
  const chosen = ranked.sort((a, b) => a - b);
  const metricCount = Math.max(1, Math.min(STAGE_FIELDS.length, Math.floor(most / (inputs.length * chosen.length))));
  const place = new Map(chosen.map((label, index) => [label, index]));
  const metrics = STAGE_FIELDS.slice(0, metricCount).map((key, metric) => {
    const ofInput = INPUT_FIELDS.indexOf(key);
    const packed = chosen.map(() => new Array<number>(inputs.length).fill(0));
    inputs.forEach(({ labels, stages, numbers }, input) => {
      const reference = packReference(shownNumber(numbers[ofInput]!));
      labels.forEach((label, at) => {
        const row = place.get(label);
        if (row !== undefined) packed[row]![input] = packValue(stages[at * STAGE_FIELDS.length + metric]!, reference);
      });
    });
    const { unit, heading } = NUMBER_METRICS.find(({ field }) => field === key)!;
    return { key, heading: HEADINGS[key] ?? heading ?? key, unit: unit as PageUnit, packed };
  });
  const left = allLabels.length - chosen.length;
  const notes =
    left === 0 ? [] : [`The numbers of ${counted(left, 'stage')} with the least time are left out of the inputs.`];
  return {
    stages: { labels: chosen.map((label) => allLabels[label]!), metrics: metrics.filter(hasNumbers) },
    notes,
  };
}

function hasNumbers({ packed }: InputStages['metrics'][number]): boolean {
  return packed.some((values) => values.some((value) => value > 1));
}

/** Texts, each with its number in the order of its first use. */
class Numbered {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  number(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }
}
