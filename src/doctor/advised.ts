import type { SourceState } from '../model/sources.js';

/** A state with what to do about it, where something can be done. */
export type Advised = SourceState & { readonly advice?: string };
