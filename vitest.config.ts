import { defineConfig } from 'vitest/config';

// Files that measure this process against the operating system or V8: alone, after all others, so that neither
// their neighbours' load nor their neighbours' memory shows in the numbers.
const MEASURING = ['test/native/**/*.test.ts', 'test/profiler/no-growth.test.ts', 'test/profiler/busy-stages.test.ts'];

export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 40_000,
    hookTimeout: 60_000,
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
