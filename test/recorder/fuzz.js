// node test/recorder/fuzz.js [FILES] [SEED]: gives damaged recorders to the reader, and renders what it makes of them.
// Each has to give a report or an error with the code ERR_STAGEPROF_RECORDER. Prints how many of both there were, the
// slowest and the largest growth of memory. Exits with 1 if anything else is thrown, or a limit is exceeded.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StageProfiler } from '../../dist/index.js';
import { timelineParts } from '../../dist/page/timeline-part.js';
import { BufferBytes } from '../../dist/recorder/file-bytes.js';
import { FILE_HEADER_BYTES, FILE_HEADER_NUMBERS, offsetOf } from '../../dist/recorder/format.js';
import { postmortemOf } from '../../dist/recorder/postmortem.js';
import { postmortemPage } from '../../dist/recorder/postmortem-page.js';
import { readRecorder } from '../../dist/recorder/reader.js';
import { renderTable } from '../../dist/render/table.js';
import { mergeReports } from '../../dist/report/merge.js';
import { seeded } from '../support/random.js';

/** A file of 1 MiB takes 2 ms; the rest is for a busy machine. */
const LONGEST_MS = 5_000;
const LARGEST_BYTES = 256 * 2 ** 20;

const ODD_NUMBERS = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -1,
  -0,
  0.5,
  1e308,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  2 ** 63,
  1,
  2,
  8,
  64,
  4096,
  1e9,
];

/** @returns {Buffer[]} recorders of programs that run, were closed, and had many labels */
export function sampleRecorders() {
  const folder = mkdtempSync(join(tmpdir(), 'stageprof-fuzz-'));
  try {
    return ['running', 'closed', 'labels'].map((kind) => {
      const path = join(folder, kind);
      const profiler = new StageProfiler({ recorder: { path, keep: true }, maxLabels: 40 });
      const outer = profiler.stage('outer');
      profiler.stage('\u001b[31m\n\ud800').end();
      for (let i = 0; i < (kind === 'labels' ? 200 : 5); i++) profiler.stage(`label${i}`).end();
      const inner = profiler.stage('inner');
      if (kind === 'running') {
        const bytes = readFileSync(path);
        profiler.close();
        return bytes;
      }
      inner.end();
      outer.end();
      profiler.close();
      return readFileSync(path);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Damages bytes in place; `undo` puts them back. */
class Damage {
  #before = [];

  constructor(bytes, random) {
    this.bytes = bytes;
    this.random = random;
  }

  below(limit) {
    return Math.floor(this.random() * limit);
  }

  write(offset, data) {
    if (offset < 0 || offset + data.length > this.bytes.length) return;
    this.#before.push([offset, Buffer.from(this.bytes.subarray(offset, offset + data.length))]);
    data.copy(this.bytes, offset);
  }

  undo() {
    for (const [offset, data] of this.#before.reverse()) data.copy(this.bytes, offset);
    this.#before = [];
  }

  number(offset) {
    const data = Buffer.alloc(8);
    data.writeDoubleLE(
      this.random() < 0.7 ? ODD_NUMBERS[this.below(ODD_NUMBERS.length)] : this.random() * 2 ** this.below(64),
    );
    this.write(offset, data);
  }

  /** An offset with data: most of a recorder is unused room. */
  somewhere(sizes) {
    const [offset, length] = sizes[this.below(sizes.length)];
    return offset + this.below(length);
  }
}

/** Parts of a recorder that are in use. */
function usedParts(bytes) {
  const number = (name) => bytes.readDoubleLE(offsetOf(name));
  return [
    [0, 256],
    [FILE_HEADER_BYTES, number('metadata_bytes')],
    [number('readings_offset'), 256],
    [number('calls_offset'), 4 * number('call_cells') * 8],
    [number('labels_offset'), 1024],
    [number('rows_offset'), Math.max(8, bytes.length - number('rows_offset'))],
  ];
}

const KINDS = [
  (damage) => damage.number(offsetOf(FILE_HEADER_NUMBERS[damage.below(FILE_HEADER_NUMBERS.length)])),
  (damage, parts) => damage.write(damage.somewhere(parts), Buffer.from([damage.below(256)])),
  (damage, parts) => damage.number(damage.somewhere(parts) & ~7),
  (damage, parts) => damage.write(damage.somewhere(parts), Buffer.alloc(damage.below(512), damage.below(256))),
  (damage, parts) => {
    const from = damage.somewhere(parts);
    damage.write(damage.somewhere(parts), Buffer.from(damage.bytes.subarray(from, from + damage.below(512))));
  },
  (damage, parts) => {
    // A number in the metadata, which is text.
    const [offset, length] = parts[1];
    const digit = damage.bytes.subarray(offset, offset + length).indexOf(0x30 + damage.below(10), damage.below(length));
    if (digit !== -1) damage.write(offset + digit, Buffer.from(['9', '-', '"', '[', '}', 'e', '0'][damage.below(7)]));
  },
];

/** @returns the counts, and `failures`, which is empty when all is well */
export function fuzz(files, seed) {
  const random = seeded(seed);
  const samples = sampleRecorders().map((bytes) => ({ bytes, parts: usedParts(bytes) }));
  const found = { seed, files, reports: 0, refused: 0, slowestMs: 0, largestBytes: 0, failures: [] };
  for (let file = 0; file < files; file++) {
    const { bytes, parts } = samples[file % samples.length];
    const damage = new Damage(bytes, random);
    const times = 1 + damage.below(4);
    for (let time = 0; time < times; time++) KINDS[damage.below(KINDS.length)](damage, parts);
    const cut = random() < 0.3 ? (random() < 0.5 ? damage.somewhere(parts) : damage.below(bytes.length)) : bytes.length;
    tryOne(bytes.subarray(0, cut), found, file);
    damage.undo();
  }
  return found;
}

function tryOne(bytes, found, file) {
  const began = performance.now();
  const before = process.memoryUsage.rss();
  try {
    const recording = readRecorder(new BufferBytes(bytes));
    const result = postmortemOf(recording);
    JSON.parse(JSON.stringify(result));
    const text =
      postmortemPage(result, {}, Date.now()) +
      JSON.stringify(timelineParts([recording])) +
      renderTable(mergeReports([result.report]));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    if (/[\x00-\x09\x0b-\x1f]/.test(text)) throw new Error('a control character reaches the terminal');
    found.reports++;
  } catch (error) {
    if (error.code === 'ERR_STAGEPROF_RECORDER') found.refused++;
    else if (found.failures.length < 10) found.failures.push(`file ${file}: ${error.stack}`);
  }
  const tookMs = performance.now() - began;
  const grewBytes = process.memoryUsage.rss() - before;
  found.slowestMs = Math.max(found.slowestMs, tookMs);
  found.largestBytes = Math.max(found.largestBytes, grewBytes);
  if (tookMs > LONGEST_MS) found.failures.push(`file ${file}: took ${tookMs} ms`);
  if (grewBytes > LARGEST_BYTES) found.failures.push(`file ${file}: took ${grewBytes} bytes`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const found = fuzz(Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? Date.now() % 2 ** 31));
  process.stdout.write(`${JSON.stringify(found, null, 1)}\n`);
  process.exitCode = found.failures.length > 0 ? 1 : 0;
}
