/** A pipeline whose stage holds 20 MiB. The process of an input named `killed` is killed after a while. */
import { setTimeout as delay } from 'node:timers/promises';

const addon = { exports: {} };
process.dlopen(addon, process.env.ADDON);

export default async (input, { profiler }) => {
  profiler.stage('holds', () => {
    for (let i = 0; i < 10; i++) addon.exports.hold(2 * 2 ** 20);
  });
  if (input === 'killed') {
    await delay(5);
    profiler.stage('works', () => {});
    // What has outlived which stages is noted once a second.
    await delay(5000);
    process.kill(process.pid, 'SIGKILL');
  }
  return {};
};
