import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { globSync, isDynamicPattern } from 'tinyglobby';
import { SetupError, systemReason } from '../model/setup-error.js';
import { type RecordFile, STDIN } from './record-file.js';

/** A folder stands for those of its files whose names end so. */
export const RECORD_ENDINGS = ['.jsonl', '.jsonl.gz', '.jsonl.zst'];

export interface RecordFiles {
  readonly files: readonly RecordFile[];
  /** How often a file was named again. */
  readonly repeated: number;
}

/**
 * The files that operands stand for, each once, in order. A folder stands for its records, a pattern for what it
 * matches, both sorted by name.
 * @throws {SetupError} naming the first operand that stands for nothing
 */
export function findRecordFiles(operands: readonly string[]): RecordFiles {
  const seen = new Set<string>();
  const files: RecordFile[] = [];
  let repeated = 0;
  for (const path of operands.flatMap(pathsOf)) {
    const key = path === STDIN ? STDIN : resolve(path);
    if (seen.has(key)) repeated++;
    else files.push(recordFileOf(path));
    seen.add(key);
  }
  return { files, repeated };
}

function pathsOf(operand: string): string[] {
  if (operand === STDIN) return [operand];
  if (operand === '') throw new SetupError('an empty file name was given: is a variable of the script not set?');
  const stat = statSync(operand, { throwIfNoEntry: false });
  if (stat === undefined) return matchesOf(operand);
  if (!stat.isDirectory()) return [operand];
  const names = namesIn(operand).filter((name) => RECORD_ENDINGS.some((ending) => name.endsWith(ending)));
  if (names.length === 0) throw new SetupError(`${operand}: holds no records, no file in it is *.jsonl, .gz or .zst`);
  return names.sort().map((name) => join(operand, name));
}

/** For a name that does not exist: one that does is never taken for a pattern. */
function matchesOf(operand: string): string[] {
  if (!isDynamicPattern(operand)) throw new SetupError(`${operand}: there is no such file`);
  const matches = globSync(operand, { onlyFiles: true, expandDirectories: false });
  if (matches.length === 0) throw new SetupError(`${operand}: matches no file`);
  return matches.sort();
}

/** @throws {SetupError} naming the folder, where it cannot be read */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw new SetupError(`${folder}: cannot be read, ${systemReason(error)}`);
  }
}

function recordFileOf(path: string): RecordFile {
  const stat = path === STDIN ? undefined : statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile()) return { path, bytes: undefined, weight: 0 };
  // Whether the file is compressed is found out later, by its first bytes.
  return { path, bytes: stat.size, weight: stat.size };
}
