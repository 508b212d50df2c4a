import { attributionState } from '../attribution/attribution-state.js';
import { resolveOptions } from '../model/options.js';
import { absent, present, type SourceState, type Sources } from '../model/sources.js';
import { loadBinding } from '../native/load-addon.js';
import { openSampler } from '../native/open-sampler.js';

/** What can be measured in this process, how, and why not. */
export interface Capabilities {
  /** `method` is the file it was loaded from. */
  readonly addon: SourceState;
  readonly sources: Sources;
}

/** Opens every source once and reports its state; nothing stays open. */
export function capabilities(): Capabilities {
  const loaded = loadBinding();
  const { sampler: everything, attribution } = resolveOptions({});
  const sampler = openSampler(everything);
  try {
    sampler.readEntry();
    return {
      addon: loaded.binding === null ? absent(loaded.missing) : present('exact', loaded.path),
      sources: { ...sampler.sources(), attribution: attributionState(attribution, null) },
    };
  } finally {
    sampler.close();
  }
}
