import { createHash } from 'node:crypto';
import { basename } from 'node:path';

/** Longest file name of the file systems in use, in bytes: NAME_MAX of Linux. */
const NAME_MAX_BYTES = 255;

/** Leaves room for the input's own name, however long the name of the pipeline is. */
const PIPELINE_MAX_BYTES = 100;

/** Hex digits of the input's hash after its name, by how often the name has collided. */
const HASH_DIGITS = [0, 8, 16, 64] as const;

/** Control and format characters except the two joiners, lone surrogates, line separators, separators of paths. */
const UNSAFE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}/\\]/gu;

/**
 * The file name of each input's record, `<name>.<pipeline>.jsonl`, where `name` is the base name of the input, made
 * safe. Inputs that would share a file get the start of their hash after the name.
 *
 * Whether a name is shared depends on the whole list: every task has to name the whole list before it takes its shard,
 * so that all tasks come to the same names.
 * @param inputs each once
 */
export function recordNames(inputs: readonly string[], pipeline: string): string[] {
  const suffix = suffixOf(pipeline);
  const collisions = inputs.map(() => 0);
  const nameOf = (i: number) => recordName(inputs[i]!, suffix, HASH_DIGITS[collisions[i]!]!);
  const names = inputs.map((_, i) => nameOf(i));
  for (let round = 1; round < HASH_DIGITS.length; round++) {
    // A name with a hash may be the plain name of another input, which takes another round.
    const colliding = sharedNames(names).flat();
    if (colliding.length === 0) break;
    for (const i of colliding) {
      collisions[i]!++;
      names[i] = nameOf(i);
    }
  }
  return names;
}

/** Every name that an input's record can have, whatever list it is in. */
export function possibleRecordNames(input: string, pipeline: string): string[] {
  return HASH_DIGITS.map((digits) => recordName(input, suffixOf(pipeline), digits));
}

/** The part of a file name that names the pipeline. */
export function pipelinePart(pipeline: string): string {
  return cut(pipeline.replace(UNSAFE, '_'), PIPELINE_MAX_BYTES);
}

function suffixOf(pipeline: string): string {
  return `.${pipelinePart(pipeline)}.jsonl`;
}

/** The same key for names of the same file, also on a file system that ignores case. */
export function fileKey(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function sharedNames(names: readonly string[]): number[][] {
  const positions = new Map<string, number[]>();
  names.forEach((name, i) => {
    const key = fileKey(name);
    const same = positions.get(key);
    if (same === undefined) positions.set(key, [i]);
    else same.push(i);
  });
  return [...positions.values()].filter((same) => same.length > 1);
}

function recordName(input: string, suffix: string, hashDigits: number): string {
  const hash = hashDigits === 0 ? '' : `-${createHash('sha256').update(input).digest('hex').slice(0, hashDigits)}`;
  const tail = hash + suffix;
  return cut(safeBaseName(input), NAME_MAX_BYTES - Buffer.byteLength(tail)) + tail;
}

function safeBaseName(input: string): string {
  // No hidden name: `results/*.jsonl` has to find every record. This covers `.` and `..` too.
  const safe = basename(input).replace(UNSAFE, '_').replace(/^\./, '_');
  return safe === '' ? '_' : safe;
}

/** The longest start of a text that fits into this many bytes of UTF-8, without half a character at its end. */
function cut(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
