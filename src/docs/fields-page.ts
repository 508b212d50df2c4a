import { COMPOSITION_MEANING } from '../model/composition.js';
import {
  FOLD_MEANING,
  FOLD_MERGE,
  GROUP_MEANING,
  OPTIONAL_SOURCE_MEANING,
  SHARE_MEANING,
  SOURCE_MEANING,
  STATE_MEANING,
  TRUTH_MEANING,
  UNIT_MEANING,
} from '../model/descriptions.js';
import { EXACT_MEMBERS } from '../model/exact-use.js';
import { BUCKET_COUNT, bucketLowerNs, bucketOf, bucketUpperNs } from '../model/histogram.js';
import { nullWhen, sourceOf } from '../model/metric-sources.js';
import { METRICS } from '../model/metrics.js';
import { OCTAVE_COUNT } from '../model/octaves.js';
import { PROCESS_MEANING } from '../model/process-list.js';
import { REPORT_SCHEMA } from '../model/report.js';
import { HEADER_FIELDS, type HeaderTraits, SLURM } from '../model/report-header.js';
import { FINDING_MEANING } from '../model/reported-finding.js';
import { GROUP_CPU_MEANING, THREAD_GROUPS } from '../model/thread-cpu.js';
import { WORKER_THREAD_MEANING } from '../model/worker-threads.js';
import { markdownTable } from '../render/markdown.js';

/** The text of docs/fields.md. */
export function fieldsText(): string {
  const sections = [intro(), header(), stages(), folds(), units(), histogram(), octaves(), sources(), merging()];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function intro(): string[] {
  return [
    '# Fields of a report',
    '',
    '<!-- Made by docs/generate.js from the tables in src/model/metrics.ts and src/model/report-header.ts. Do not edit. -->',
    '',
    `A report is one JSON object, \`"schema": "${REPORT_SCHEMA}"\`: the members of the header, and \`stages\`, one row for`,
    'each label in order of first entry. Times are seconds, memory is KiB. What was not measured is `null`, never 0.',
    'The JSON Schema is `stageprof/schema.json`.',
  ];
}

function header(): string[] {
  return [
    '## Header',
    '',
    ...table(
      ['field', 'unit or type', 'merged', 'meaning'],
      HEADER_FIELDS.map(([field, traits]) => [code(field), headerType(traits), traits.fold, traits.description]),
    ),
    '',
    'Members of `composition`, each KiB or null; see [memory.md](memory.md):',
    '',
    ...meanings('member', COMPOSITION_MEANING),
    '',
    'Members of `threads`: `source`, as one of [Sources](#sources), and `groups`, each an object of:',
    '',
    ...meanings('member', GROUP_CPU_MEANING),
    '',
    'The groups add up to the CPU of the process; see [threads.md](threads.md):',
    '',
    ...meanings('group', THREAD_GROUPS),
    '',
    'Members of `process_list`: `processes`, the largest ones, and `more`, how many others there were. Each process is an object of:',
    '',
    ...meanings('member', PROCESS_MEANING),
    '',
    'Each of `findings` is an object of:',
    '',
    ...meanings('member', FINDING_MEANING),
    '',
    'Members of `worker_threads`: `threads`, those with the largest heaps, and `more`, how many others there were; see',
    '[threads.md](threads.md). Each thread is an object of:',
    '',
    ...meanings('member', WORKER_THREAD_MEANING),
    '',
    'Members of `exact`, each null or an object of `total` and `outside`, the part that code outside any stage used; see',
    '[async.md](async.md):',
    '',
    ...table(
      ['member', 'unit', 'adds up with'],
      EXACT_MEMBERS.map(({ member, unit, self }) => [code(member), unit, `${code(self)} of the rows`]),
    ),
    '',
    'The members of `program` are those of a row of [Stages](#stages), with `(program)` as the label.',
    '',
    'Members of `slurm`, each a string or null:',
    '',
    ...meanings('member', SLURM),
  ];
}

function headerType({ type, nullable, optional }: HeaderTraits): string {
  return `${type}${nullable === true ? ' or null' : ''}${optional === true ? ', optional' : ''}`;
}

function stages(): string[] {
  return [
    '## Stages',
    '',
    'Every row has every field. `stage` is the label: the dotted path of the stage. Calls that are still open count in',
    '`open`, not in `calls` or `wall_hist`. What they have used so far is in the sums and peaks.',
    '',
    ...table(
      ['field', 'unit', 'fold', 'part', 'group', 'source', 'null when', 'meaning'],
      METRICS.map((metric) => {
        const source = sourceOf(metric);
        return [
          code(metric.field),
          metric.unit,
          metric.fold,
          metric.share,
          metric.group,
          source === null ? '' : code(source),
          nullWhen(metric),
          metric.description,
        ];
      }),
    ),
    '',
    'A group is what the option `measure` switches on and off:',
    '',
    ...meanings('group', GROUP_MEANING),
  ];
}

function folds(): string[] {
  return [
    '## Folds',
    '',
    'A fold says how the two ends of a call become one number, and then all calls of a label.',
    '',
    ...meanings('fold', FOLD_MEANING),
    '',
    'The part says which part of the calls is folded:',
    '',
    ...meanings('part', SHARE_MEANING),
  ];
}

function units(): string[] {
  return ['## Units', '', ...meanings('unit', UNIT_MEANING)];
}

function histogram(): string[] {
  const exampleNs = 1_000_000;
  const bucket = bucketOf(exampleNs);
  return [
    '## Histogram',
    '',
    'A histogram is a list of `[bucket, count]` pairs, sorted by bucket, with no empty buckets. Each octave of',
    'nanoseconds is divided into eight equal buckets. For a duration `d` in ns, `e = floor(log2(d))`:',
    '',
    '```',
    'bucket = 8 * (e - 5) + floor(8 * (d / 2^e - 1))',
    'lower  = 2^(5 + floor(bucket / 8)) * (1 + (bucket mod 8) / 8)',
    '```',
    '',
    `Bucket 0 also takes everything shorter. Bucket ${BUCKET_COUNT - 1}, the last, takes everything from`,
    `${bucketLowerNs(BUCKET_COUNT - 1)} ns (39 hours) on.`,
    '',
    `Example: a call of 1 ms, ${exampleNs} ns, has e = ${Math.floor(Math.log2(exampleNs))} and falls into bucket ${bucket},`,
    `from ${bucketLowerNs(bucket)} up to but not including ${bucketUpperNs(bucket)} ns: \`[[${bucket}, 1]]\`.`,
    '',
    'Buckets are 6 to 12.5 % wide, so a quantile, taken at the middle of its bucket, is within 6 % of the true one.',
    'Histograms are merged by adding counts. Quantiles could not be merged.',
  ];
}

function octaves(): string[] {
  return [
    '## Growth by octave',
    '',
    'A list of `[octave, KiB]` pairs, sorted by octave: how much the resident set grew in the calls of each octave.',
    'Octave 0 is call 1, octave 1 the calls 2 and 3, octave `n` those from 2^n up to but not including 2^(n+1);',
    `octave ${OCTAVE_COUNT - 1}, the last, takes all calls from there on. The growth of a leak doubles from one octave to the next.`,
    'That of a cache or of a warm-up is in the first octaves, and the later ones have little.',
    '',
    'Calls of a label are numbered as they end, over the life of their process. `map` has a report for each input, and the',
    'numbers go on from input to input of a process. Calls that are still open are numbered after those that have ended.',
    'Each call has all of its own growth: calls that overlap count what they share more than once, and a call within',
    'itself is another label. In `program`, a report is one call.',
    '',
    'It is null for the inputs of `map --isolate`, which have a process each, and for labels past the 16,384th of a',
    'process of `map`.',
  ];
}

function sources(): string[] {
  return [
    '## Sources',
    '',
    'For each source, `sources` says how its numbers were read:',
    '',
    ...meanings('source', { ...SOURCE_MEANING, ...OPTIONAL_SOURCE_MEANING }),
    '',
    'The state of a source:',
    '',
    ...meanings('member', STATE_MEANING),
    '',
    'Kinds of truth, the strongest first:',
    '',
    ...meanings('truth', TRUTH_MEANING),
  ];
}

function merging(): string[] {
  return [
    '## Merging',
    '',
    'Reports are merged label by label. A value that is null in one report is taken from the other.',
    '',
    ...meanings('fold', FOLD_MERGE),
    '',
    'The members of the header have folds of their own:',
    '',
    '- `largest` keeps the composition of the report with the highest resident set.',
    '- `most` keeps the modules of the report in which they have most.',
    '- `threads` adds group by group.',
    '- `processes` keeps the largest of all and counts the others.',
    '- `dropped` is in no merged report: it is computed anew from the merged numbers.',
    '- `add members` adds each member.',
    '- `row` merges as the rows of one label are merged.',
    '- `same` keeps a value that all reports agree on, and is null otherwise.',
    '- `weakest` keeps the weakest truth of each source, and adds to its `reason` that the reports differ.',
    '',
    'Warnings of equal text become one, with their counts added.',
  ];
}

function meanings(heading: string, rows: Readonly<Record<string, string>>): string[] {
  return table(
    [heading, 'meaning'],
    Object.entries(rows).map(([name, meaning]) => [code(name), meaning]),
  );
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return markdownTable([headings, headings.map(() => '---'), ...rows]);
}

function code(text: string): string {
  return `\`${text}\``;
}
