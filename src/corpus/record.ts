import { Array, Error, JSON, Object, String } from '../host/intrinsics.js';
import { isJsonIntact } from '../host/json.js';
import type { Report } from '../model/report.js';
import { type Failure, failureOf } from './failure.js';

/** Members that stageprof gives a record itself. */
const RESERVED = ['input', 'profile', 'error'] as const;

/** Taken before any pipeline is loaded: a pipeline may replace the function by one that writes no JSON. */
const { stringify } = JSON;

export type RecordLine =
  | { readonly state: 'done'; readonly line: string }
  | { readonly state: 'failed'; readonly failure: Failure };

/**
 * The line for an input that was done: `{ input, ...result, profile }`.
 *
 * A result with a `profile` or an `error` of its own, or with another `input`, fails: readers could not tell these from
 * stageprof's own, and to overwrite them would lose what the pipeline wrote. It fails with and without a profiler, so
 * that a run does not change when it is profiled.
 */
export function recordLine(input: string, result: unknown, profile: Report | undefined): RecordLine {
  try {
    const problem = problemOf(input, result);
    if (problem !== undefined) return { state: 'failed', failure: { kind: 'record', message: problem } };
    if (!isJsonIntact()) throw new Error('all objects or arrays have been given a toJSON, take it off their prototype');
    // The input comes first, where readers of torn records look for it. Within the object, members that are numbers
    // would come before it.
    const rest = stringify({ ...(result as object), input: undefined, profile }).slice(1);
    return { state: 'done', line: `{"input":${stringify(input)}${rest === '}' ? '' : ','}${rest}\n` };
  } catch (error) {
    // BigInts, cycles, throwing getters and toJSON, texts past V8's limit. The message for a cycle has several lines.
    const { message } = failureOf('record', error);
    const reason = message.split('\n', 1)[0];
    return { state: 'failed', failure: { kind: 'record', message: `the record cannot be written as JSON: ${reason}` } };
  }
}

/**
 * The line for a failed input, with the profile up to the failure. A profile past V8's limit of a text is left out: the
 * failure has to be on record, or it would end the whole run.
 */
export function failureLine(input: string, failure: Failure, profile: Report | undefined): string {
  for (const content of isJsonIntact() ? [{ error: failure, profile }, { error: failure }] : []) {
    try {
      return `${stringify({ input, ...content })}\n`;
    } catch {
      // The next one is smaller.
    }
  }
  // Strings are written without a toJSON.
  const { kind } = failure;
  const message = isJsonIntact() ? 'the failure cannot be written as JSON' : failure.message;
  return `{"input":${stringify(input)},"error":{"kind":${stringify(kind)},"message":${stringify(message)}}}\n`;
}

function problemOf(input: string, result: unknown): string | undefined {
  if (!isPlainObject(result)) return `the pipeline has to return a plain object, it returned ${kindOf(result)}`;
  for (const member of RESERVED) {
    const value = result[member];
    // Many pipelines begin their record by `{ input, … }`, which says the same.
    if (value === undefined || (member === 'input' && value === input)) continue;
    return `the record has a member "${member}", which is stageprof's own: give it another name`;
  }
  return undefined;
}

/** Objects of any realm without a class: an object of a class, such as a Map, often loses what it has in JSON. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return false;
  // A toJSON of its own would replace the whole line, also input and profile.
  return typeof (value as { toJSON?: unknown }).toJSON !== 'function';
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  if (typeof value !== 'object') return `a ${typeof value}`;
  if ('toJSON' in value) return 'an object with a toJSON';
  const name = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === 'string' && name !== '' ? `a ${name}` : 'an object of a class';
}
