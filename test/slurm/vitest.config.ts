import { defineConfig } from 'vitest/config';

// For `npm run test:slurm`, which starts a Slurm. Each of its tests needs what the one before it did.
export default defineConfig({
  test: {
    include: ['test/slurm/**/*.slurm.ts'],
    pool: 'forks',
    testTimeout: 240_000,
    hookTimeout: 120_000,
    bail: 1,
  },
});
