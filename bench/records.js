// node bench/records.js FILE ROWS writes records of an invented corpus, in the form of `stageprof map --profile`.
import { closeSync, openSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bucketOf } from '../dist/model/histogram.js';
import { METRICS } from '../dist/model/metrics.js';
import { StageProfiler } from '../dist/profiler/stage-profiler.js';
import { seeded } from './random.js';

export const STAGES = [
  'read',
  'extract',
  'extract.bytes',
  'extract.strings',
  'classify',
  'classify.js',
  'classify.json',
  'classify.elf',
  'classify.image',
  'classify.image.decode',
  'classify.image.measure',
  'write',
];

/** How many bytes are written at once. */
const PIECE_BYTES = 4 * 1024 * 1024;

const WORDS = 'scan page "line" {box} tile [word] glyph \\ margin über 漢字 column footer, heading: table'.split(' ');

/**
 * Writes records until they contain the given number of rows. Beside its profile, a record has what a pipeline might
 * have found: a text with quotes and brackets, lists and nested objects. That is 6 KB of the 15 KB of a record. The
 * same call writes the same file.
 */
export function writeRecords(file, rows) {
  const header = headerOfThisMachine();
  const random = seeded(1);
  const fd = openSync(file, 'w');
  let lines = [];
  let pending = 0;
  for (let written = 0, index = 0; written < rows; index++) {
    const stages = STAGES.slice(0, rows - written).map((stage) => rowOf(stage, random));
    written += stages.length;
    const line = `${JSON.stringify(recordOf(index, header, stages, random))}\n`;
    lines.push(line);
    pending += line.length;
    if (pending < PIECE_BYTES && written < rows) continue;
    writeSync(fd, lines.join(''));
    lines = [];
    pending = 0;
  }
  closeSync(fd);
}

/** The header of a real report, so that its sources have their real length and variety. */
function headerOfThisMachine() {
  const profiler = new StageProfiler();
  const { stages: _, ...header } = profiler.report();
  profiler.close();
  return header;
}

function recordOf(index, header, stages, random) {
  const wall = stages.reduce((sum, { wall_s }) => sum + wall_s, 0);
  return {
    input: `/data/corpus/volume-${index % 97}/scan-${String(index).padStart(8, '0')}.tif`,
    pages: 1 + Math.floor(random() * 40),
    text: Array.from({ length: 600 }, () => WORDS[Math.floor(random() * WORDS.length)]).join(' '),
    boxes: Array.from({ length: 40 }, () => [0, 0, 0, 0].map(() => Math.floor(random() * 5000))),
    found: { language: 'de', fonts: WORDS.map((name) => ({ name, weight: Math.floor(random() * 900) })) },
    profile: {
      ...header,
      total_wall_s: seconds(wall * 1.01),
      total_cpu_s: seconds(wall * 1.2),
      outside_wall_s: seconds(wall * 0.01),
      outside_cpu_s: seconds(wall * 0.01),
      rss_kb_now: 90_000 + Math.floor(random() * 50_000),
      rss_kb_peak: 150_000 + Math.floor(random() * 50_000),
      sources: {
        ...header.sources,
        native: { ...header.sources.native, readings: Math.floor(random() * 50), skipped: 1 },
      },
      pid: 1000 + (index % 5000),
      stages,
    },
  };
}

/** One call or a few. Most are short, most take no memory, and numbers that need the tracker or `collect` are null. */
function rowOf(stage, random) {
  const wall = 10 ** (random() * 4 - 4);
  const calls = 1 + Math.floor(random() * 4);
  const rarely = (most) => (random() < 0.4 ? Math.floor(random() * most) : 0);
  const values = { calls, wall_s: seconds(wall), wall_hist: histogram(wall, calls), js_kb_retained: null };
  for (const { field, fold, unit, group } of METRICS) {
    if (field in values) continue;
    if (unit === 'octaves') values[field] = octaves(calls, random);
    else if (fold === 'count') values[field] = 0;
    else if (unit === 'modules' || (group === 'native' && fold !== 'growth')) values[field] = null;
    else if (field === 'overhead_s') values[field] = seconds(calls * 4.6e-6);
    else if (unit === 's') values[field] = field === 'gc_s' && random() < 0.6 ? 0 : seconds(wall * random());
    else if (fold === 'peak') values[field] = 10_000 + Math.floor(random() * 90_000);
    else values[field] = fold === 'growth' ? rarely(4000) - rarely(3000) : rarely(unit === 'KiB' ? 3000 : 200);
  }
  return Object.fromEntries([['stage', stage], ...METRICS.map(({ field }) => [field, values[field]])]);
}

/** The calls of one input: most take no memory. */
function octaves(calls, random) {
  const last = Math.floor(Math.log2(calls));
  return Array.from({ length: last + 1 }, (_, octave) => [
    octave,
    random() < 0.4 ? Math.floor(random() * 2000) - 500 : 0,
  ]);
}

function histogram(wall, calls) {
  const bucket = bucketOf((wall / calls) * 1e9);
  return calls === 1
    ? [[bucket, 1]]
    : [
        [bucket - 3, 1],
        [bucket, calls - 1],
      ];
}

function seconds(value) {
  return Math.round(value * 1e9) / 1e9;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeRecords(process.argv[2], Number(process.argv[3]));
