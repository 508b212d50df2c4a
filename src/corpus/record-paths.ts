import { type ExistingRecord, existingRecord, ownerByStart, startLength } from './existing-record.js';
import type { RecordFolder } from './record-folder.js';
import { fileKey, possibleRecordNames, recordNames } from './record-names.js';

/** An input and the file its record goes to. */
export interface NamedInput {
  readonly input: string;
  readonly recordName: string;
}

export interface RecordPlan {
  readonly inputs: readonly NamedInput[];
  /** Inputs with a good record, left out because they were to be. */
  readonly resumed: number;
  /** Records of those beside which something torn or failed was removed. */
  readonly repaired: number;
}

export interface PlanRules {
  /** Leave out the inputs that have a good record. */
  readonly resume: boolean;
  /** What the list names the records of all its inputs, those of other tasks too. */
  readonly listed: ReadonlySet<string>;
}

/**
 * Where each input's record goes, with a view to what is there: a record of the same input is replaced under the
 * name it has, also where another list gave it another one, so that no input comes to have two; the record of
 * another input, or any other file, is never written over.
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

/** What a file holds in the place of an input's record. */
export async function readExisting(folder: RecordFolder, name: string, input: string): Promise<ExistingRecord> {
  try {
    const start = await folder.read(name, startLength(input));
    // Another's may be of any size.
    if (ownerByStart(start, input) === 'another') return { state: 'foreign' };
    return existingRecord(await folder.read(name), input);
  } catch {
    // What cannot be read is not ours.
    return { state: 'foreign' };
  }
}

interface RecordPath {
  readonly recordName: string;
  /** Null where nothing of the input is there. */
  readonly existing: ExistingRecord | null;
}

class RecordPaths {
  /** Names that no further record may take, in lower case: on some file systems that is one file. */
  readonly #taken: Set<string>;

  constructor(
    readonly folder: RecordFolder,
    names: readonly string[],
    readonly listed: ReadonlySet<string>,
  ) {
    this.#taken = new Set(names.map(fileKey));
  }

  /** @param names that the input's record may have: that of this list first, then those that other lists give */
  async find(input: string, names: readonly string[]): Promise<RecordPath> {
    const [named] = names;
    const there = names.filter((name) => this.#taken.has(fileKey(name)));
    const own: RecordPath[] = [];
    for (const recordName of new Set(there)) {
      const existing = await readExisting(this.folder, recordName, input);
      // A torn file that could be of several inputs goes to the one that the list gives its name.
      const isOwn = existing.state === 'unclear' ? recordName === named : existing.state !== 'foreign';
      if (isOwn) own.push({ recordName, existing });
    }
    for (const state of ['good', 'failed', 'unclear']) {
      const path = own.find(({ existing }) => existing?.state === state);
      if (path !== undefined) return path;
    }
    // The last has the whole hash: it can only be taken by a file that somebody made for that.
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
