import { ownerByStart, type StandingRecord, standingRecord, startLength } from './existing-record.js';
import type { RecordFolder } from './record-folder.js';
import { fileKey, possibleRecordNames, recordNames } from './record-names.js';

/** An input and the file its record goes to. */
export interface PlacedInput {
  readonly input: string;
  readonly recordName: string;
}

export interface Placing {
  readonly inputs: readonly PlacedInput[];
  /** Inputs with a good record, left out because they were to be. */
  readonly resumed: number;
  /** Records of those beside which something torn or failed was removed. */
  readonly repaired: number;
}

export interface PlaceRules {
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
export async function placeRecords(
  folder: RecordFolder,
  pipeline: string,
  inputs: readonly PlacedInput[],
  { resume, listed }: PlaceRules,
): Promise<Placing> {
  const places = new Places(folder, await folder.names(), listed);
  const placed: PlacedInput[] = [];
  let resumed = 0;
  let repaired = 0;
  for (const { input, recordName: named } of inputs) {
    const { recordName, standing } = await places.find(input, [named, ...possibleRecordNames(input, pipeline)]);
    if (!resume || standing?.state !== 'good') {
      placed.push({ input, recordName });
      continue;
    }
    resumed++;
    if (standing.repaired === null) continue;
    await folder.write(recordName, standing.repaired);
    repaired++;
  }
  return { inputs: placed, resumed, repaired };
}

/** What a file holds in the place of an input's record. */
export async function readStanding(folder: RecordFolder, name: string, input: string): Promise<StandingRecord> {
  try {
    const start = await folder.read(name, startLength(input));
    // Another's may be of any size.
    if (ownerByStart(start, input) === 'another') return { state: 'foreign' };
    return standingRecord(await folder.read(name), input);
  } catch {
    // What cannot be read is not ours.
    return { state: 'foreign' };
  }
}

interface Place {
  readonly recordName: string;
  /** Null where nothing of the input is there. */
  readonly standing: StandingRecord | null;
}

class Places {
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
  async find(input: string, names: readonly string[]): Promise<Place> {
    const [named] = names;
    const there = names.filter((name) => this.#taken.has(fileKey(name)));
    const own: Place[] = [];
    for (const recordName of new Set(there)) {
      const standing = await readStanding(this.folder, recordName, input);
      // A torn file that could be of several inputs goes to the one that the list gives its name.
      const isOwn = standing.state === 'unclear' ? recordName === named : standing.state !== 'foreign';
      if (isOwn) own.push({ recordName, standing });
    }
    for (const state of ['good', 'failed', 'unclear']) {
      const place = own.find(({ standing }) => standing?.state === state);
      if (place !== undefined) return place;
    }
    // The last has the whole hash: it can only be taken by a file that somebody made for that.
    const recordName = names.find((name) => this.#isFree(name, name === named)) ?? names.at(-1)!;
    this.#taken.add(fileKey(recordName));
    return { recordName, standing: null };
  }

  #isFree(name: string, isNamed: boolean): boolean {
    // The name of another input of the list is kept for it.
    return !this.#taken.has(fileKey(name)) && (isNamed || !this.listed.has(name));
  }
}

/** All inputs of a list with the names that the list gives their records. */
export function namedInputs(inputs: readonly string[], pipeline: string): PlacedInput[] {
  const names = recordNames(inputs, pipeline);
  return inputs.map((input, i) => ({ input, recordName: names[i]! }));
}
