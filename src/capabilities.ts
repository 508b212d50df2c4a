import { attributionState } from './attribution.js';
import { loadBinding } from './native/binding.js';
import { openSampler } from './native/open-sampler.js';
import { resolveOptions } from './options.js';
import { absent, present, type SourceState, type Sources } from './sources.js';

/** What can be measured in this process, how, and why not. */
export interface Capabilities {
  readonly addon: SourceState;
  readonly sources: Sources;
}

/** Opens every source once and reports its state; nothing stays open. */
export function capabilities(): Capabilities {
  const { missing } = loadBinding();
  const { sampler: everything, attribution } = resolveOptions({});
  const sampler = openSampler(everything);
  try {
    sampler.readEntry();
    return {
      addon: missing === null ? present('exact', 'Node-API addon') : absent(missing),
      sources: { ...sampler.sources(), attribution: attributionState(attribution) },
    };
  } finally {
    sampler.close();
  }
}
