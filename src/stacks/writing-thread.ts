/** The thread that puts stacks of both kinds into one file of pprof, once. */
import { type MessagePort, workerData } from 'node:worker_threads';
import { mergeProfile } from './merge-profile.js';
import { readPprof } from './pprof-reader.js';
import { writePprof } from './pprof-writer.js';
import { readSites } from './read-sites.js';
import { StackProfile } from './stack-profile.js';
import type { WritingOrder } from './write-stacks.js';

const { order, port } = workerData as { order: WritingOrder; port: MessagePort };

async function write({ cpu, native }: WritingOrder): Promise<Uint8Array> {
  const profile = new StackProfile();
  if (cpu !== undefined && cpu.length > 0) mergeProfile(profile, await readPprof(Buffer.from(cpu)));
  mergeProfile(profile, readSites(Buffer.from(native), 0).profile);
  return await writePprof(profile);
}

try {
  port.postMessage(await write(order));
} finally {
  Atomics.store(order.state, 0, 1);
  Atomics.notify(order.state, 0);
}
