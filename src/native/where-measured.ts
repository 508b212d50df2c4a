import { absent, type SourceState } from '../model/sources.js';

const NOT_ASKED_FOR = absent('not in the "measure" option');

/**
 * The state of a source that may be switched off or missing.
 *
 * @param fault why it cannot be read; null if it can
 * @param state its state if it is read; if it is null, `fault` says why
 */
export function whereMeasured(asked: boolean, fault: string | null, state: SourceState | null): SourceState {
  if (!asked) return NOT_ASKED_FOR;
  return fault !== null || state === null ? absent(fault ?? 'no source') : state;
}
