import { inspect } from 'node:util';

/**
 * Why an input has no result:
 * `exception` the pipeline threw or its promise rejected;
 * `record` it returned something that is not a record;
 * `unsettled` its promise is pending and nothing is left that could settle it;
 * `uncaught` an error that nobody caught, raised while the input ran.
 */
export type FailureKind = 'exception' | 'record' | 'unsettled' | 'uncaught';

/** The `error` member of a failed input's record. */
export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
  /** Of a thrown Error: its class, its code and where it was made. */
  readonly name?: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: string;
}

/** Longest text of a failure, in UTF-16 units: a record stays readable whatever a library puts into its errors. */
const LONGEST_TEXT = 64 * 1024;

/** A failure from whatever was thrown, which may be anything. */
export function failureOf(kind: FailureKind, thrown: unknown): Failure {
  try {
    if (!(thrown instanceof Error)) return { kind, message: capped(described(thrown)) };
    const { code } = thrown as NodeJS.ErrnoException;
    return {
      kind,
      message: capped(String(thrown.message) || String(thrown.name)),
      name: capped(String(thrown.name)),
      ...(typeof code === 'string' ? { code: capped(code) } : {}),
      ...(typeof code === 'number' ? { code } : {}),
      ...(typeof thrown.stack === 'string' ? { stack: capped(thrown.stack) } : {}),
      ...(thrown.cause === undefined ? {} : { cause: capped(described(thrown.cause)) }),
    };
  } catch {
    // Members of a thrown object may be getters that throw in turn.
    return { kind, message: 'threw a value that cannot be read' };
  }
}

/** The middle gives way to `…`: a stack begins with the message and ends with where it was made. */
function capped(text: string): string {
  if (text.length <= LONGEST_TEXT) return text;
  const half = LONGEST_TEXT / 2;
  return `${text.slice(0, half)}…${text.slice(1 - half)}`;
}

/** A thrown value in one line. */
function described(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value === 'string' && value !== '') return value;
  return `threw ${inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 200 })}`;
}
