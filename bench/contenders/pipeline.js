// Fifty inputs at a time are read, parsed, hashed and made to wait; each of these is a stage.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { nullProfiler, StageProfiler } from '../../dist/index.js';

const AT_A_TIME = 50;
const INPUT = fileURLToPath(new URL('../../package-lock.json', import.meta.url));

/** @param {{ attribution: 'boundary' | 'exact' | null }} options null means not profiled */
export function open({ attribution }) {
  const profiler = attribution === null ? nullProfiler : new StageProfiler({ attribution });
  const state = { digests: 0 };

  async function one() {
    const text = await profiler.stage('read', () => readFile(INPUT, 'utf8'));
    const lock = profiler.stage('parse', () => JSON.parse(text));
    await profiler.stage('wait', () => sleep(1));
    await profiler.stage('hash', async () => {
      for (const name of Object.keys(lock.packages)) {
        await null;
        state.digests += createHash('sha256').update(name).digest()[0] & 1;
      }
    });
  }

  return {
    state,
    operationsPerRun: AT_A_TIME,
    async run(iterations) {
      for (let i = 0; i < iterations; i++) {
        await Promise.all(Array.from({ length: AT_A_TIME }, () => profiler.stage('input', one)));
      }
    },
  };
}
