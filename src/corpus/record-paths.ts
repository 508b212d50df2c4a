import { type ExistingRecord, existingRecord, ownerByStart, startLength } from './existing-record.js';
import type { RecordFolder } from './record-folder.js';
import { fileKey, possibleRecordNames, recordNames } from './record-names.js';

/** An input and the name of the file for its record. */
export interface NamedInput {
  readonly input: string;
  readonly recordName: string;
}

export interface RecordPlan {
  readonly inputs: readonly NamedInput[];
  /** How many inputs were left out because they have a good record. */
  readonly resumed: number;
  /** How many of these records had torn or failed lines, which were removed. */
  readonly repaired: number;
}

export interface PlanRules {
  /** Leave out the inputs that have a good record. */
  readonly resume: boolean;
  /** The names that the list gives all records, also those of other tasks. */
  readonly listed: ReadonlySet<string>;
}

/**
 * Decides which file each input's record goes to, by what is there. A record of the same input is replaced under the
 * name that it has, also where another list has given it another name, so that no input gets two records. The record
 * of another input, or any other file, is never overwritten.
 *
 * @throws {RecordWriteError} where a record that is there cannot be repaired
 */
export async function planRecords(
  folder: RecordFolder,
  pipeline: string,
  inputs: readonly NamedInput[],
  { resume, listed }: PlanRules,
): Promise<RecordPlan> {
  const paths = new RecordPaths(folder, await folder.names(), listed);
  const planned: NamedInput[] = [];
  let resumed = 0;
  let repaired = 0;
  for (const { input, recordName: named } of inputs) {
    const { recordName, existing } = await paths.find(input, [named, ...possibleRecordNames(input, pipeline)]);
    if (!resume || existing?.state !== 'good') {
      planned.push({ input, recordName });
      continue;
    }
    resumed++;
    if (existing.repaired === null) continue;
    await folder.write(recordName, existing.repaired);
    repaired++;
  }
  return { inputs: planned, resumed, repaired };
}

/** What a file has that bears the name of an input's record. */
export async function readExisting(folder: RecordFolder, name: string, input: string): Promise<ExistingRecord> {
  try {
    const start = await folder.read(name, startLength(input));
    // The record of another input may have any size.
    if (ownerByStart(start, input) === 'another') return { state: 'foreign' };
    return existingRecord(await folder.read(name), input);
  } catch {
    // A file that cannot be read is not replaced.
    return { state: 'foreign' };
  }
}

interface RecordPath {
  readonly recordName: string;
  /** Null where there is no record of the input. */
  readonly existing: ExistingRecord | null;
}

class RecordPaths {
  /** Keys of names that no further record may take. */
  readonly #taken: Set<string>;

  constructor(
    readonly folder: RecordFolder,
    names: readonly string[],
    readonly listed: ReadonlySet<string>,
  ) {
    this.#taken = new Set(names.map(fileKey));
  }

  /** @param names names that the input's record may have: first that of this list, then those that other lists give */
  async find(input: string, names: readonly string[]): Promise<RecordPath> {
    const [named] = names;
    const there = names.filter((name) => this.#taken.has(fileKey(name)));
    const own: RecordPath[] = [];
    for (const recordName of new Set(there)) {
      const existing = await readExisting(this.folder, recordName, input);
      // A torn file that could belong to several inputs goes to the input that has its name in this list.
      const isOwn = existing.state === 'unclear' ? recordName === named : existing.state !== 'foreign';
      if (isOwn) own.push({ recordName, existing });
    }
    for (const state of ['good', 'failed', 'unclear']) {
      const path = own.find(({ existing }) => existing?.state === state);
      if (path !== undefined) return path;
    }
    // The last name has the whole hash: a file can only have it on purpose.
    const recordName = names.find((name) => this.#isFree(name, name === named)) ?? names.at(-1)!;
    this.#taken.add(fileKey(recordName));
    return { recordName, existing: null };
  }

  #isFree(name: string, isNamed: boolean): boolean {
    // The name of another input of the list is kept for it.
    return !this.#taken.has(fileKey(name)) && (isNamed || !this.listed.has(name));
  }
}

/** All inputs of a list with the names that the list gives their records. */
export function namedInputs(inputs: readonly string[], pipeline: string): NamedInput[] {
  const names = recordNames(inputs, pipeline);
  return inputs.map((input, i) => ({ input, recordName: names[i]! }));
}
