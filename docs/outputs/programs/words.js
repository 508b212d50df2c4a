// A pipeline: the words of a text. One of the inputs has none.
import { setTimeout as sleep } from 'node:timers/promises';

/** @param {string} input @param {{ profiler: import('stageprof').Profiler }} options */
export default async (input, { profiler }) => {
  const text = await profiler.stage('read', async () => {
    await sleep(5);
    if (input === 'empty') throw new Error('it has no text');
    return `${input} `.repeat(20_000 * input.length);
  });
  return { words: profiler.stage('count', () => text.split(' ').length - 1) };
};
