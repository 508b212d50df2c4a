import { describe, expect, test } from 'vitest';
import { rssPeakState, rssState } from '../../src/os/kernel-rss.js';

const METHOD = '/proc/self/statm';

const linux = (release: string, cpuCount: number) => ({ platform: 'linux', release, cpuCount }) as const;

test('the versions of Linux are not applied to another kernel', () => {
  const darwin = { platform: 'darwin', release: '23.5.0', cpuCount: 8 } as const;
  expect(rssState(METHOD, darwin)).toEqual({ available: true, truth: 'exact', method: METHOD });
  expect(rssPeakState(METHOD, 'since its start', darwin)).toEqual({
    available: true,
    truth: 'bounded',
    method: METHOD,
    reason: 'since its start',
  });
});

describe.runIf(process.platform === 'linux')('the precision of the resident set', () => {
  test.each(['4.18.0-553.el8_10.x86_64', '5.14.0-427.el9.x86_64', '6.1.0-18-amd64', '6.1'])(
    'Linux %s holds changes back in each thread, and gives no bound since the number of threads is unknown',
    (kernel) => {
      const state = rssState(METHOD, linux(kernel, 64));
      expect(state).toMatchObject({ available: true, truth: 'bounded', method: METHOD });
      expect(state.reason).toContain(kernel);
      expect(state.reason).toContain('64 pages');
      expect(state).not.toHaveProperty('bound_kb');
    },
  );

  test.each([
    ['6.2.0', 1, 384],
    ['6.2.0-39-generic', 8, 3_072],
    ['6.8', 64, 98_304],
    ['6.15.9', 2, 768],
  ])(
    'Linux %s with %d CPUs is off by at most %d KiB: 3 counters of n times max(32, 2 n) pages',
    (kernel, cpus, bound) => {
      expect(rssState(METHOD, linux(kernel, cpus))).toMatchObject({ truth: 'bounded', bound_kb: bound });
    },
  );

  test.each(['6.16', '6.16.0-rc1', '6.18-generic', '6.18.44', '7.0.0', '10.1'])('Linux %s is exact', (kernel) => {
    expect(rssState(METHOD, linux(kernel, 64))).toEqual({ available: true, truth: 'exact', method: METHOD });
  });

  test.each([
    ['6.1', 2, undefined],
    ['6.2', 2, 768],
    ['6.18.44', 2, 768],
  ])(
    'a peak on Linux %s with %d CPUs is off by at most %s KiB, even where the resident set is exact',
    (kernel, cpus, bound) => {
      const state = rssPeakState('ru_maxrss', undefined, linux(kernel, cpus));
      expect(state.truth).toBe('bounded');
      expect(state.bound_kb).toBe(bound);
    },
  );
});
