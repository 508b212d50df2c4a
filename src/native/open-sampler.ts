import { loadBinding } from './binding.js';
import { JsSampler } from './js-sampler.js';
import { NativeSampler } from './native-sampler.js';
import type { Sampler, SamplerOptions } from './sampler.js';

/** A sampler on the addon, or one on what Node itself can give where there is no addon. */
export function openSampler(options: SamplerOptions): Sampler {
  const loaded = loadBinding();
  return loaded.binding === null
    ? new JsSampler(options, loaded.missing)
    : new NativeSampler(loaded.binding, loaded.heapFault, options);
}
