// node test/records/fuzz.js [LINES] [SEED]: has summarize read so many damaged lines, among whole ones, in files that are
// plain, compressed or cut. JSON.parse, the check of a report and mergeReports are the oracle: every line has to be
// counted as a record, or named by file and number, and the sums have to be those of the records. Prints what was found,
// the slowest run and the largest growth of memory. Exits with 1 where something differs, is thrown, or takes more time
// or memory than it may, and keeps the files of that run.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EXPORTERS } from '../../dist/export/exporters.js';
import { chunksOf } from '../../dist/records/chunks.js';
import { findRecordFiles } from '../../dist/records/files.js';
import { readChunks } from '../../dist/records/read-chunks.js';
import { folds } from '../../dist/summary/summary-fold.js';
import { summaryView } from '../../dist/summary/summary-view.js';
import { damagedLine, packed, sampleLines } from '../support/damaged-records.js';
import { seededBelow } from '../support/random.js';
import { differences, Expected } from '../support/record-oracle.js';

/** A run of thirty lines takes 20 ms on a machine that is not busy. */
const LONGEST_MS = 20_000;
const LARGEST_BYTES = 768 * 2 ** 20;
const DAMAGED_A_RUN = 25;
const MOST_FAILURES = 10;

const GROUPINGS = [undefined, undefined, ['input'], ['error', 'kind'], ['profile', 'stages']];

/** @returns what was found; `failures` is empty where all is well */
export async function fuzz(lines, seed, onProgress = () => {}) {
  const random = seededBelow(seed);
  const samples = sampleLines();
  const found = { seed, damaged: 0, records: 0, named: 0, unreadable: 0, slowestMs: 0, largestBytes: 0, failures: [] };
  const folder = mkdtempSync(join(tmpdir(), 'stageprof-fuzz-'));
  try {
    for (let run = 0; found.damaged < lines && found.failures.length < MOST_FAILURES; run++) {
      const failuresBefore = found.failures.length;
      await tryRun(run, Math.min(DAMAGED_A_RUN, lines - found.damaged), samples, random, folder, found);
      if (found.failures.length > failuresBefore) found.failures.push(`run ${run}: its files are in ${keep(folder)}`);
      onProgress(found);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return found;
}

async function tryRun(run, damagedLines, samples, random, folder, found) {
  const files = filesOf(damagedLines, samples, random, folder);
  found.damaged += damagedLines;
  const groupBy = GROUPINGS[random(GROUPINGS.length)];
  const began = performance.now();
  const before = process.memoryUsage.rss();
  try {
    // Small stretches, so that lines lie across their ends; a second thread now and then, since it takes a while to start.
    const chunks = chunksOf(findRecordFiles(files.map(({ path }) => path)).files, 1 + random(60_000));
    const { outcome, result: sums } = await readChunks(chunks, {
      folds,
      options: groupBy,
      jobs: run % 40 === 39 ? 2 : 1,
      bytesRead: new BigInt64Array(new SharedArrayBuffer(8)),
    });
    const result = { ...outcome, ...sums };
    render(result, groupBy?.join('.'), files.length);
    noteCost(found, run, performance.now() - began, process.memoryUsage.rss() - before);
    const expected = new Expected();
    for (const file of files) expected.addFile(file, result.unreadable);
    found.failures.push(...differences(expected, result, groupBy).map((text) => `run ${run}: ${text}`));
    found.records += result.records;
    found.named += result.malformed;
    found.unreadable += result.unreadable.length;
  } catch (error) {
    found.failures.push(`run ${run}: ${error.stack}`);
  }
}

function keep(folder) {
  const kept = mkdtempSync(join(tmpdir(), 'stageprof-fuzz-failed-'));
  cpSync(folder, kept, { recursive: true });
  return kept;
}

/** Notes time and memory of the summary alone: the oracle takes more. */
function noteCost(found, run, tookMs, grewBytes) {
  found.slowestMs = Math.max(found.slowestMs, tookMs);
  found.largestBytes = Math.max(found.largestBytes, grewBytes);
  if (tookMs > LONGEST_MS) found.failures.push(`run ${run}: took ${tookMs} ms`);
  if (grewBytes > LARGEST_BYTES) found.failures.push(`run ${run}: took ${grewBytes} bytes`);
}

/** One to three files, with the bytes of their lines and how they were damaged after they were compressed. */
function filesOf(damagedLines, samples, random, folder) {
  const count = 1 + random(3);
  return Array.from({ length: count }, (_, index) => {
    const share = Math.floor(((index + 1) * damagedLines) / count) - Math.floor((index * damagedLines) / count);
    const lines = [];
    for (let damaged = 0; damaged < share; damaged++) {
      if (random(3) === 0) lines.push(samples[random(samples.length)]);
      lines.push(damagedLine(samples, random));
      if (random(20) === 0) lines.push(Buffer.from(['', ' \t', '\r', '\ufeff'][random(4)]));
    }
    const end = Buffer.from(random(8) === 0 ? '\r\n' : '\n');
    const bytes = Buffer.concat(lines.flatMap((line) => [line, end]));
    const whole = random(4) === 0 ? bytes.subarray(0, Math.max(0, bytes.length - end.length)) : bytes;
    const path = join(folder, `${index}.jsonl`);
    const { data, damage } = packed(whole, random);
    writeFileSync(path, data);
    return { path, bytes: whole, damage };
  });
}

function render(result, by, files) {
  const view = summaryView(result, { by, files, details: true });
  for (const { name: format, refuses, render: renderAs } of EXPORTERS.report) {
    if (by !== undefined && refuses?.by !== undefined) continue;
    const text = renderAs(view, { width: 100, colour: false });
    if (format === 'json' || format === 'caliper') JSON.parse(text);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    else if (format !== 'csv' && /[\x00-\x09\x0b-\x1f\x7f]/.test(text)) {
      throw new Error(`a control character reaches the reader of the ${format}`);
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const lines = Number(process.argv[2] ?? 100_000);
  const found = await fuzz(lines, Number(process.argv[3] ?? Date.now() % 2 ** 31));
  process.stdout.write(`${JSON.stringify(found, null, 1)}\n`);
  process.exitCode = found.failures.length > 0 ? 1 : 0;
}
