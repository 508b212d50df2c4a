import { plainSampleMemory, type SampleMemory, type Sampler, type SamplerOptions } from '../model/sampler.js';
import { JsSampler } from './js-sampler.js';
import { type LoadedBinding, loadBinding } from './load-addon.js';
import { NativeSampler } from './native-sampler.js';

/** A sampler on the addon. If there is no addon, or if it makes no sampler, one on what Node itself offers. */
export function openSampler(
  options: SamplerOptions,
  memory: SampleMemory = plainSampleMemory(),
  loaded: LoadedBinding = loadBinding(),
): Sampler {
  if (loaded.binding === null) return new JsSampler(options, loaded.missing);
  return NativeSampler.open(loaded, options, memory) ?? new JsSampler(options, NO_SAMPLER);
}

const NO_SAMPLER = 'the addon made no sampler: this thread was ending, or out of memory';
