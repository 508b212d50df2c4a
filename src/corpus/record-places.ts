import type { RecordFolder } from './record-folder.js';
import { possibleRecordNames, recordNames } from './record-names.js';
import { isBegunByAnother, type StandingRecord, standingRecord, startOfRecord } from './standing-record.js';

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

/**
 * Where each input's record goes, with a view to what is there: a record of the same input is replaced under the
 * name it has, also where another list gave it another one, so that no input comes to have two; the record of
 * another input, or any other file, is never written over.
 *
 * @param resume leave out the inputs that have a good record
 * @throws {RecordWriteError} where a record that is there cannot be repaired
 */
export async function placeRecords(
  folder: RecordFolder,
  pipeline: string,
  inputs: readonly PlacedInput[],
  { resume }: { readonly resume: boolean },
): Promise<Placing> {
  const there = new Set(await folder.names().catch(() => []));
  const placed: PlacedInput[] = [];
  let resumed = 0;
  let repaired = 0;
  for (const named of inputs) {
    const place = await placeOf(folder, pipeline, named, there);
    const standing = resume && place.isTaken ? await readStanding(folder, place.recordName, named.input) : null;
    if (standing?.state !== 'good') {
      placed.push({ input: named.input, recordName: place.recordName });
      continue;
    }
    resumed++;
    if (standing.repaired === null) continue;
    await folder.write(place.recordName, standing.repaired);
    repaired++;
  }
  return { inputs: placed, resumed, repaired };
}

/** What an input's own file holds. */
export async function readStanding(folder: RecordFolder, name: string, input: string): Promise<StandingRecord> {
  try {
    return standingRecord(await folder.read(name), input);
  } catch {
    return { state: 'failed' };
  }
}

async function placeOf(
  folder: RecordFolder,
  pipeline: string,
  { input, recordName }: PlacedInput,
  there: ReadonlySet<string>,
): Promise<{ readonly recordName: string; readonly isTaken: boolean }> {
  // The name of this list first, then those that other lists give.
  const names = [...new Set([recordName, ...possibleRecordNames(input, pipeline)])];
  const free = names.filter((name) => !there.has(name));
  for (const name of names) {
    if (there.has(name) && (await isOf(folder, name, input))) return { recordName: name, isTaken: true };
  }
  // The last has the whole hash: it can only be taken by a file that somebody made for that.
  return { recordName: free[0] ?? names.at(-1)!, isTaken: false };
}

/** What cannot be read is another's. */
async function isOf(folder: RecordFolder, name: string, input: string): Promise<boolean> {
  try {
    return !isBegunByAnother(await folder.read(name, startOfRecord(input).length), input);
  } catch {
    return false;
  }
}

/** All inputs of a list with the names that the list gives their records. */
export function namedInputs(inputs: readonly string[], pipeline: string): PlacedInput[] {
  const names = recordNames(inputs, pipeline);
  return inputs.map((input, i) => ({ input, recordName: names[i]! }));
}
