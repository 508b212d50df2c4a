import { Array, Error, JSON, Object, String, TypeError } from '../host/intrinsics.js';

/** Stable codes of everything this package throws on purpose. Messages may change, codes do not. */
export type ErrorCode =
  | 'ERR_STAGEPROF_LABEL'
  | 'ERR_STAGEPROF_OPTION'
  | 'ERR_STAGEPROF_FUNCTION'
  | 'ERR_STAGEPROF_SCHEMA'
  | 'ERR_STAGEPROF_RECORDER';

type Coded<E extends Error> = E & { readonly code: ErrorCode };

function coded<E extends Error>(error: E, code: ErrorCode): Coded<E> {
  // Defined, with the attributes of a plain member. An assignment would fail where the prototype of errors is frozen.
  return Object.defineProperty(error, 'code', {
    value: code,
    configurable: true,
    enumerable: true,
    writable: true,
  }) as Coded<E>;
}

/** A value as a message shows it: shortened; its type, where the type was wrong. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}

export function labelError(label: unknown): TypeError {
  return coded(
    new TypeError(`Expected the label of a stage to be a non-empty string, received ${shown(label)}`),
    'ERR_STAGEPROF_LABEL',
  );
}

export function functionError(what: string, value: unknown): TypeError {
  return coded(new TypeError(`Expected ${what} to be a function, received ${shown(value)}`), 'ERR_STAGEPROF_FUNCTION');
}

/** @param expected what is allowed; it completes "Expected the … option to be" */
export function optionError(name: string, expected: string, value: unknown): TypeError {
  return coded(
    new TypeError(`Expected the "${name}" option to be ${expected}, received ${shown(value)}`),
    'ERR_STAGEPROF_OPTION',
  );
}

export function optionsError(value: unknown): TypeError {
  return coded(new TypeError(`Expected the options to be an object, received ${shown(value)}`), 'ERR_STAGEPROF_OPTION');
}

export function unknownOptionError(name: string, allowed: readonly string[]): TypeError {
  return coded(
    new TypeError(`Unknown option ${shown(name)}; the options are ${oneOf(allowed)}`),
    'ERR_STAGEPROF_OPTION',
  );
}

export function schemaError(found: unknown, expected: string): Error {
  return coded(
    new Error(
      `Expected a report of schema "${expected}", received ${shown(found)}: merge it with the stageprof that wrote it`,
    ),
    'ERR_STAGEPROF_SCHEMA',
  );
}

/** @param member path of the member, such as `stages[2].calls` */
export function reportShapeError(member: string, value: unknown): Error {
  return coded(new Error(`Not a report: "${member}" cannot be ${shown(value)}`), 'ERR_STAGEPROF_SCHEMA');
}

/** A recorder that cannot be made as it was asked for, or a file that is no recorder. */
export function recorderError(message: string): Error {
  return coded(new Error(message), 'ERR_STAGEPROF_RECORDER');
}

/** `"a", "b" or "c"` */
export function oneOf(values: readonly string[]): string {
  const quoted = values.map((value) => JSON.stringify(value));
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
}
