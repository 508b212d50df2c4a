import { expect, test } from 'vitest';
import { plainSampleMemory } from '../../src/model/sampler.js';
import { loadBinding } from '../../src/native/load-addon.js';
import { openSampler } from '../../src/native/open-sampler.js';

const OPTIONS = { cpu: true, rss: true, js: true, native: true, io: true, rssPeak: 'lifetime' } as const;

test('when the addon cannot make a sampler, Node itself is read and the reason is given', () => {
  const loaded = loadBinding();
  if (loaded.binding === null) throw new Error(loaded.missing);
  const sampler = openSampler(OPTIONS, plainSampleMemory(), {
    ...loaded,
    binding: { ...loaded.binding, samplerOpen: () => undefined },
  });
  sampler.readEntry();
  expect(sampler.sources().native).toMatchObject({
    truth: 'absent',
    reason: 'the addon made no sampler: this thread was ending, or out of memory',
  });
  expect(sampler.sources().rss.truth).not.toBe('absent');
});
