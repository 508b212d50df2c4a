/** What Node has for profiling its own threads, taken when stacks are first sampled: loading the inspector takes time. */
import { createRequire } from 'node:module';
import workers from 'node:worker_threads';

export const { MessageChannel, receiveMessageOnPort, BroadcastChannel } = workers;
export const NodeWorker = workers.Worker;
export type NodeWorker = workers.Worker;
export type MessagePort = workers.MessagePort;

/** The console of the inspector. Its methods are functions of V8. */
export interface InspectorConsole {
  profile(title: string): void;
  profileEnd(title: string): void;
}

/** @throws {Error} where Node was built without the inspector, or is not allowed to use it */
export function inspectorConsole(): InspectorConsole {
  const inspector = createRequire(import.meta.url)('node:inspector') as { console: InspectorConsole };
  const { profile, profileEnd } = inspector.console;
  return { profile, profileEnd };
}
