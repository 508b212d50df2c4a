import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, systemReason } from '../model/setup-error.js';
import { findRecordFiles, namesIn, RECORD_ENDINGS } from '../records/files.js';
import { isMapAccountName } from '../records/map-account.js';
import type { ReadOutcome } from '../records/read-outcome.js';
import { readRecords } from '../records/read-records.js';
import { type RecordFile, STDIN } from '../records/record-file.js';
import { folds } from './inside-fold.js';
import { ProfiledTasks } from './profiled-task.js';
import { type MapRunAccount, parseMapAccount } from './read-map-account.js';

const LONGEST_ACCOUNT_BYTES = 1024 * 1024;

export interface Profiled {
  readonly tasks: ProfiledTasks;
  readonly outcome: ReadOutcome;
}

/**
 * All records and map accounts that operands stand for. The accounts that cannot be taken are among the unreadable.
 * @throws {SetupError} naming the first operand that stands for nothing
 */
export async function readProfiled(operands: readonly string[]): Promise<Profiled> {
  const { records, accounts } = filesOf(operands);
  const runs: MapRunAccount[] = [];
  const unreadable: string[] = [];
  for (const path of accounts) {
    const run = readMapAccount(path);
    if (typeof run === 'string') unreadable.push(`${path}: ${run}`);
    else runs.push(run);
  }
  const { outcome, result } = await readRecords(records, { folds, options: undefined });
  return {
    tasks: new ProfiledTasks(result, runs),
    outcome: { ...outcome, unreadable: [...unreadable, ...outcome.unreadable] },
  };
}

function filesOf(operands: readonly string[]): { records: RecordFile[]; accounts: string[] } {
  const accounts: string[] = [];
  const ofRecords: string[] = [];
  for (const operand of operands) {
    if (operand === '' || statSync(operand, { throwIfNoEntry: false })?.isDirectory() !== true) {
      ofRecords.push(operand);
      continue;
    }
    const names = namesIn(operand);
    const found = names.filter((name) => isMapAccountName(name)).sort();
    accounts.push(...found.map((name) => join(operand, name)));
    const hasRecords = names.some((name) => RECORD_ENDINGS.some((ending) => name.endsWith(ending)));
    if (hasRecords) ofRecords.push(operand);
    else if (found.length === 0) {
      throw new SetupError(`${operand}: holds neither records (*.jsonl) nor map accounts (run-*.json)`);
    }
  }
  const { files } = findRecordFiles(ofRecords);
  const isMapAccount = ({ path }: RecordFile) => path !== STDIN && path.endsWith('.json');
  return {
    records: files.filter((file) => !isMapAccount(file)),
    accounts: [...new Set([...accounts, ...files.filter(isMapAccount).map(({ path }) => path)])],
  };
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
