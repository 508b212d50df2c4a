// A program that waits while a recorder is open, beside a thread that does nothing but wake as often.
import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { StageProfiler } from '../../dist/index.js';
import { loadNativeAddon } from '../native-addon.js';

/**
 * @param {object} options
 * @param {number} options.poolThreads
 * @param {number} options.mappings
 */
export async function open({ poolThreads, mappings }) {
  // libuv looks at it when the pool is first used.
  process.env.UV_THREADPOOL_SIZE = String(poolThreads);
  const profiler = new StageProfiler({ recorder: true });
  process.on('exit', () => profiler.close());
  const work = promisify(pbkdf2);
  await Promise.all(Array.from({ length: poolThreads * 2 }, () => work('password', 'salt', 2000, 32, 'sha1')));
  const addon = loadNativeAddon();
  addon.mappingsMake(mappings);
  addon.wakingThreadStart();
  return { thread: 'stageprof-rec', floor: 'bench-waking' };
}
