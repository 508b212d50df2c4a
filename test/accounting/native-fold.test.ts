import { describe } from 'vitest';
import { ScriptedSampler } from '../support/scripted-sampler.js';

// All that is tested of the fold in TypeScript, on the fold of the addon.
ScriptedSampler.folds = 'in native code';

describe('folded in native code', async () => {
  await import('./accounting.test.js');
  await import('./forced-collection.test.js');
  await import('./self-times.test.js');
  await import('./totals.test.js');
  await import('../profiler/model.test.js');
  await import('../profiler/nesting.test.js');
});
