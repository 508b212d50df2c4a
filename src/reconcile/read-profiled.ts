import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, systemReason } from '../model/setup-error.js';
import { findSources, RECORD_ENDINGS, type Source, STDIN } from '../records/files.js';
import type { LineFold } from '../records/line-fold.js';
import { MOST_NAMED } from '../records/malformed.js';
import { isMapAccountName } from '../records/map-account.js';
import { BLANK, RECORD, RecordReader } from '../records/record-reader.js';
import { runChunk } from '../records/run-chunk.js';
import { HEADER_NUMBERS } from '../report/merge-header.js';
import { ProfiledTasks, type TaskProfile } from './profiled-task.js';
import { parseMapAccount } from './read-map-account.js';

const LONGEST_ACCOUNT_BYTES = 1024 * 1024;

export interface Profiled {
  readonly tasks: ProfiledTasks;
  readonly faults: Faults;
}

/** One line each on what could not be taken: the first of them, and how many there are. */
export class Faults {
  readonly named: string[] = [];
  count = 0;

  add(fault: string): void {
    this.count++;
    if (this.named.length < MOST_NAMED) this.named.push(fault);
  }
}

/**
 * All records and map accounts that operands stand for.
 * @throws {SetupError} naming the first operand that stands for nothing
 */
export async function readProfiled(operands: readonly string[]): Promise<Profiled> {
  const { records, runs } = sourcesOf(operands);
  const tasks = new ProfiledTasks();
  const faults = new Faults();
  for (const path of runs) {
    const run = readMapAccount(path);
    if (typeof run === 'string') {
      faults.add(`${path}: ${run}`);
      continue;
    }
    tasks.addRun(run);
  }
  const reader = new RecordReader();
  for (const source of records) await readRecords(source, reader, tasks, faults);
  return { tasks, faults };
}

function sourcesOf(operands: readonly string[]): { records: Source[]; runs: string[] } {
  const runs: string[] = [];
  const ofRecords: string[] = [];
  for (const operand of operands) {
    if (operand === '' || statSync(operand, { throwIfNoEntry: false })?.isDirectory() !== true) {
      ofRecords.push(operand);
      continue;
    }
    const names = listed(operand);
    const found = names.filter((name) => isMapAccountName(name)).sort();
    runs.push(...found.map((name) => join(operand, name)));
    const hasRecords = names.some((name) => RECORD_ENDINGS.some((ending) => name.endsWith(ending)));
    if (hasRecords) ofRecords.push(operand);
    else if (found.length === 0) {
      throw new SetupError(`${operand}: holds neither records (*.jsonl) nor map accounts (run-*.json)`);
    }
  }
  const { sources } = findSources(ofRecords);
  const isMapAccount = ({ path }: Source) => path !== STDIN && path.endsWith('.json');
  return {
    records: sources.filter((source) => !isMapAccount(source)),
    runs: [...new Set([...runs, ...sources.filter(isMapAccount).map(({ path }) => path)])],
  };
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw new SetupError(`${folder}: cannot be read, ${systemReason(error)}`);
  }
}

function readMapAccount(path: string): ReturnType<typeof parseMapAccount> {
  try {
    const { size } = statSync(path);
    if (size > LONGEST_ACCOUNT_BYTES) return 'is too long for a map account';
    return parseMapAccount(readFileSync(path, 'utf8'));
  } catch (error) {
    return `cannot be read, ${systemReason(error)}`;
  }
}

async function readRecords(
  { path }: Source,
  reader: RecordReader,
  tasks: ProfiledTasks,
  faults: Faults,
): Promise<void> {
  const name = path === STDIN ? 'stdin' : path;
  const fold: LineFold<void> = {
    addLine(input, from, place) {
      const kind = reader.read(input, from);
      if (kind === BLANK) return;
      if (kind !== RECORD) fold.addMalformed(place, kind);
      else if (reader.isProfiled) tasks.addRecord(profileOf(reader));
      else tasks.unprofiled++;
    },
    addMalformed: ({ line }, reason) => faults.add(`${name}:${line}: ${reason}`),
    state() {},
  };
  const { unreadable } = await runChunk({ parts: [{ path }], firstPart: 0, isStdin: path === STDIN }, fold, () => {});
  for (const reason of unreadable) faults.add(reason);
}

/** Of the record read last: of most only the columns hold it. */
function profileOf({ report, scanner, pid, slurm }: RecordReader): TaskProfile {
  if (report !== undefined) return report;
  const { header } = scanner.columns;
  const number = (index: number) => (Number.isNaN(header[index]!) ? null : header[index]!);
  return {
    slurm,
    pid,
    total_wall_s: header[WALL]!,
    total_cpu_s: number(CPU),
    rss_kb_now: number(RSS_NOW),
    rss_kb_peak: number(RSS_PEAK),
  };
}

const [WALL, CPU, RSS_NOW, RSS_PEAK] = (['total_wall_s', 'total_cpu_s', 'rss_kb_now', 'rss_kb_peak'] as const).map(
  (member) => HEADER_NUMBERS.indexOf(member),
) as [number, number, number, number];
