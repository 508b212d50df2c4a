import { COMPOSITION_MEANING } from './composition.js';
import { OPTIONAL_SOURCE_MEANING, SOURCE_MEANING, STATE_MEANING, TRUTH_MEANING } from './descriptions.js';
import { EXACT_MEMBERS } from './exact-use.js';
import { BUCKET_COUNT } from './histogram.js';
import { METRICS, type Metric } from './metrics.js';
import { OCTAVE_COUNT } from './octaves.js';
import { PROCESS_MEANING, type ProcessEntry } from './process-list.js';
import { REPORT_SCHEMA } from './report.js';
import { HEADER_FIELDS, type HeaderTraits, type HeaderType, SLURM } from './report-header.js';
import { FINDING_MEANING } from './reported-finding.js';
import { OPTIONAL_SOURCE_NAMES } from './sources.js';
import { GROUP_CPU_MEANING, THREAD_GROUPS } from './thread-cpu.js';
import { WORKER_THREAD_MEANING, type WorkerThread } from './worker-threads.js';

export type JsonSchema = { readonly [keyword: string]: unknown };

/**
 * The JSON Schema of a report. It is of draft 7, which editors and the validators of most languages read; nothing of a
 * later draft is needed.
 */
export function reportSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: REPORT_SCHEMA,
    description: 'What each named stage of a Node.js program cost. Null is what was not measured.',
    ...object(
      [
        ...HEADER_FIELDS.map(([field, traits]) => [field, headerSchema(traits)] as const),
        ['stages', { description: 'One row a label, in order of first entry.', type: 'array', items: rowSchema() }],
      ],
      HEADER_FIELDS.filter(([, { optional }]) => optional === true).map(([field]) => field),
    ),
  };
}

/** `reportSchema()` as the text of `stageprof/schema.json`. */
export function schemaText(): string {
  return `${JSON.stringify(reportSchema(), null, 2)}\n`;
}

function rowSchema(): JsonSchema {
  return object([
    [
      'stage',
      {
        description: "The stage's label, which is its dotted path; `(program)` for the whole program.",
        type: 'string',
        minLength: 1,
      },
    ],
    ...METRICS.map((metric) => [metric.field, { description: metric.description, ...metricSchema(metric) }] as const),
  ]);
}

function metricSchema({ unit, fold }: Metric): JsonSchema {
  if (unit === 'histogram') return HISTOGRAM;
  if (unit === 'modules') return fold === 'growth' ? MODULE_GROWTH : MODULES;
  if (unit === 'octaves') return OCTAVES;
  const type = unit === 's' ? 'number' : 'integer';
  // Only a growth can be negative: the rest are counters, levels and durations.
  const range = fold === 'growth' ? {} : { minimum: 0 };
  return { type: fold === 'count' ? type : [type, 'null'], ...range };
}

const HISTOGRAM: JsonSchema = { type: 'array', items: pairSchema(BUCKET_COUNT, { type: 'integer', minimum: 1 }) };

const OCTAVES: JsonSchema = { type: ['array', 'null'], items: pairSchema(OCTAVE_COUNT, { type: 'integer' }) };

/** The index of one of `count` places, and what belongs there. */
function pairSchema(count: number, value: JsonSchema): JsonSchema {
  return {
    type: 'array',
    items: [{ type: 'integer', minimum: 0, maximum: count - 1 }, value],
    additionalItems: false,
    minItems: 2,
  };
}

const MODULES: JsonSchema = { type: ['object', 'null'], additionalProperties: { type: 'integer', minimum: 0 } };

const MODULE_GROWTH: JsonSchema = { type: ['object', 'null'], additionalProperties: { type: 'integer' } };

const LEVEL: JsonSchema = { type: ['integer', 'null'] };

const COMPOSITION_TYPES: { readonly [member: string]: JsonSchema } = {
  mapped_modules: { ...MODULES, type: 'object' },
  files: { ...MODULES, type: 'object' },
  age_s: { type: 'number', minimum: 0 },
};

const HEADER_TYPES: Readonly<Record<HeaderType, () => JsonSchema>> = {
  schema: () => ({ type: 'string', const: REPORT_SCHEMA }),
  s: () => ({ type: 'number', minimum: 0 }),
  KiB: () => ({ type: 'integer', minimum: 0 }),
  count: () => ({ type: 'integer', minimum: 0 }),
  load: () => ({ type: 'number', minimum: 0 }),
  boolean: () => ({ type: 'boolean' }),
  text: () => ({ type: 'string' }),
  warnings: () => ({ type: 'array', items: { type: 'string' } }),
  sources: () =>
    object(
      Object.entries({ ...SOURCE_MEANING, ...OPTIONAL_SOURCE_MEANING }).map(
        ([name, description]) => [name, { description, ...stateSchema() }] as const,
      ),
      OPTIONAL_SOURCE_NAMES,
    ),
  composition: compositionSchema,
  modules: () => ({ type: 'object', additionalProperties: MODULES.additionalProperties }),
  threads: () =>
    object([
      ['source', { description: 'How they were read and told apart.', ...stateSchema() }],
      ['groups', { type: 'array', items: groupSchema() }],
    ]),
  processes: () =>
    object([
      ['processes', { description: 'Parents before their children.', type: 'array', items: processSchema() }],
      ['more', { description: 'How many others there were.', type: 'integer', minimum: 0 }],
    ]),
  'worker threads': () =>
    object([
      ['threads', { description: 'In the order in which they ended.', type: 'array', items: workerThreadSchema() }],
      ['more', { description: 'How many others there were.', type: 'integer', minimum: 0 }],
    ]),
  exact: () => object(EXACT_MEMBERS.map(({ member, unit, self }) => [member, threadUseSchema(unit, self)] as const)),
  findings: () => ({ type: 'array', items: findingSchema() }),
  row: rowSchema,
  slurm: () =>
    object(
      Object.entries(SLURM).map(([name, description]) => [name, { description, type: ['string', 'null'] }] as const),
    ),
};

function compositionSchema(): JsonSchema {
  return object(
    Object.entries(COMPOSITION_MEANING).map(
      ([member, description]) => [member, { description, ...(COMPOSITION_TYPES[member] ?? LEVEL) }] as const,
    ),
    ['age_s'],
  );
}

function processSchema(): JsonSchema {
  const types: Readonly<Record<keyof ProcessEntry, JsonSchema>> = {
    pid: { type: 'integer', minimum: 0 },
    parent: { type: ['integer', 'null'], minimum: 0 },
    command: { type: ['string', 'null'] },
    exit: { type: ['integer', 'string', 'null'] },
    wall_s: { type: ['number', 'null'], minimum: 0 },
    cpu_s: { type: ['number', 'null'], minimum: 0 },
    rss_kb: { type: ['integer', 'null'], minimum: 0 },
    rss_kb_peak: { type: ['integer', 'null'], minimum: 0 },
    composition: { ...compositionSchema(), type: ['object', 'null'] },
    stages: { type: 'boolean' },
  };
  return object(
    Object.entries(types).map(([member, type]) => [
      member,
      { description: PROCESS_MEANING[member as keyof ProcessEntry], ...type },
    ]),
  );
}

function findingSchema(): JsonSchema {
  return object([
    ['stage', { description: FINDING_MEANING.stage, type: 'string', minLength: 1 }],
    ['kind', { description: FINDING_MEANING.kind, type: 'string', minLength: 1 }],
    ['text', { description: FINDING_MEANING.text, type: 'string' }],
    ['numbers', { description: FINDING_MEANING.numbers, type: 'object', additionalProperties: { type: 'number' } }],
  ]);
}

function workerThreadSchema(): JsonSchema {
  const types: Readonly<Record<keyof WorkerThread, JsonSchema>> = {
    pid: { type: 'integer', minimum: 0 },
    thread: { type: 'integer', minimum: 0 },
    name: { type: ['string', 'null'] },
    cpu_s: { type: ['number', 'null'], minimum: 0 },
    js_kb: { type: ['integer', 'null'], minimum: 0 },
    js_kb_peak: { type: ['integer', 'null'], minimum: 0 },
    stages: { type: 'boolean' },
  };
  return object(
    Object.entries(types).map(([member, type]) => [
      member,
      { description: WORKER_THREAD_MEANING[member as keyof WorkerThread], ...type },
    ]),
  );
}

function threadUseSchema(unit: 's' | 'KiB', self: string): JsonSchema {
  const number = unit === 's' ? { type: 'number' } : { type: 'integer' };
  const use = object([
    ['total', { description: 'What this thread used since the profiler was made.', ...number }],
    ['outside', { description: 'The part that code outside any stage used.', ...number }],
  ]);
  return { description: `The use that \`${self}\` of the rows is a part of.`, ...use, type: ['object', 'null'] };
}

function headerSchema({ type, nullable, description }: HeaderTraits): JsonSchema {
  const schema = HEADER_TYPES[type]();
  return { description, ...schema, ...(nullable === true ? { type: [schema.type, 'null'] } : {}) };
}

function groupSchema(): JsonSchema {
  return object([
    ['group', { description: GROUP_CPU_MEANING.group, type: 'string', enum: Object.keys(THREAD_GROUPS) }],
    ['name', { description: GROUP_CPU_MEANING.name, type: ['string', 'null'] }],
    ['threads', { description: GROUP_CPU_MEANING.threads, type: ['integer', 'null'], minimum: 1 }],
    ['cpu_s', { description: GROUP_CPU_MEANING.cpu_s, type: 'number', minimum: 0 }],
  ]);
}

function stateSchema(): JsonSchema {
  return object(
    [
      ['available', { description: STATE_MEANING.available, type: 'boolean' }],
      ['truth', { description: STATE_MEANING.truth, type: 'string', enum: Object.keys(TRUTH_MEANING) }],
      ['method', { description: STATE_MEANING.method, type: ['string', 'null'] }],
      ['bound_kb', { description: STATE_MEANING.bound_kb, type: 'number', minimum: 0 }],
      ['allocator', { description: STATE_MEANING.allocator, type: 'string' }],
      ['readings', { description: STATE_MEANING.readings, type: 'integer', minimum: 0 }],
      ['skipped', { description: STATE_MEANING.skipped, type: 'integer', minimum: 0 }],
      ['shared_entries', { description: STATE_MEANING.shared_entries, type: 'integer', minimum: 0 }],
      ['reason', { description: STATE_MEANING.reason, type: 'string' }],
    ],
    ['bound_kb', 'allocator', 'readings', 'skipped', 'shared_entries', 'reason'],
  );
}

/** An object of exactly these members. */
function object(members: readonly (readonly [string, JsonSchema])[], optional: readonly string[] = []): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(members),
    required: members.map(([name]) => name).filter((name) => !optional.includes(name)),
    additionalProperties: false,
  };
}
