import { defineConfig } from 'vitest/config';

// By `npm run test:slurm`: a Slurm is brought up for it, and its tests stand on one another.
export default defineConfig({
  test: {
    include: ['test/slurm/**/*.slurm.ts'],
    pool: 'forks',
    testTimeout: 240_000,
    hookTimeout: 120_000,
    bail: 1,
  },
});
