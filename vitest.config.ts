import { defineConfig } from 'vitest/config';

// Files that measure this process against the operating system or V8: alone, after all others, so that neither
// their neighbours' load nor their neighbours' memory shows in the numbers.
const MEASURING = ['test/native/**/*.test.ts', 'test/profiler/no-growth.test.ts', 'test/profiler/busy-stages.test.ts'];

export default defineConfig({
  test: {
    pool: 'forks',
    // As many files at a time as there are processors: most tests wait for processes that they have started.
    maxWorkers: '100%',
    // For what hangs. What takes 10 s alone took more than 40 on a machine with a load average of 13.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    projects: [
      {
        extends: true,
        test: { name: 'core', include: ['test/**/*.test.ts'], exclude: MEASURING, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: { name: 'measuring', include: MEASURING, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
