/** The inputs of one side, each once, as hashes, lowest first, and how many good records each has. */
export interface InputCounts {
  readonly hashes: Float64Array;
  readonly counts: Uint32Array;
}

/** @param hashes of the input of each record, in several pieces */
export function inputCounts(hashes: readonly Float64Array[]): InputCounts {
  const all = new Float64Array(hashes.reduce((sum, { length }) => sum + length, 0));
  let used = 0;
  for (const piece of hashes) {
    all.set(piece, used);
    used += piece.length;
  }
  all.sort();
  const counts = new Uint32Array(all.length);
  let distinct = 0;
  for (const hash of all) {
    if (distinct === 0 || all[distinct - 1] !== hash) all[distinct++] = hash;
    counts[distinct - 1]!++;
  }
  return { hashes: all.subarray(0, distinct), counts: counts.subarray(0, distinct) };
}

/** What a record of each input counts for, shared between threads. A record of another input counts for nothing. */
export interface InputWeights {
  readonly hashes: Float64Array;
  readonly weights: Float64Array;
}

export interface Matched {
  readonly both: number;
  readonly onlyBase: number;
  readonly onlyNew: number;
  /** Undefined where every record of the side counts for one. */
  readonly baseWeights: InputWeights | undefined;
  readonly newWeights: InputWeights | undefined;
}

/** Matches the inputs of two sides. Each input counts for one in all, however often it was run. */
export function matchInputs(base: InputCounts, next: InputCounts): Matched {
  const common = commonHashes(base.hashes, next.hashes);
  const both = common.length;
  return {
    both,
    onlyBase: base.hashes.length - both,
    onlyNew: next.hashes.length - both,
    baseWeights: weightsOf(base, common),
    newWeights: weightsOf(next, common),
  };
}

function commonHashes(base: Float64Array, next: Float64Array): Float64Array {
  const common = sharedFloats(Math.min(base.length, next.length));
  let used = 0;
  for (let left = 0, right = 0; left < base.length && right < next.length; ) {
    const [a, b] = [base[left]!, next[right]!];
    if (a === b) common[used++] = a;
    if (a <= b) left++;
    if (b <= a) right++;
  }
  return common.subarray(0, used);
}

function weightsOf({ hashes, counts }: InputCounts, common: Float64Array): InputWeights | undefined {
  if (common.length === hashes.length && counts.every((count) => count === 1)) return undefined;
  const weights = sharedFloats(common.length);
  let at = 0;
  common.forEach((hash, index) => {
    while (hashes[at]! < hash) at++;
    weights[index] = 1 / counts[at]!;
  });
  return { hashes: common, weights };
}

export function weightOf({ hashes, weights }: InputWeights, hash: number): number {
  let low = 0;
  let high = hashes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (hashes[middle]! < hash) low = middle + 1;
    else high = middle;
  }
  return hashes[low] === hash ? weights[low]! : 0;
}

/** How many different numbers there are. */
export function distinctCount(numbers: readonly Float64Array[]): number {
  return inputCounts(numbers).hashes.length;
}

function sharedFloats(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}
