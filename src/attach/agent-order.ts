import { statSync } from 'node:fs';
import { resolveOptions } from '../model/options.js';
import { ACCOUNT_LENGTH, LAYOUT_VERSION, SAMPLE_LENGTH, slotIndex } from '../model/sample-layout.js';
import { loadBinding } from '../native/load-addon.js';
import { maskOf } from '../native/native-sampler.js';
import { findTracker } from '../native/tracker-file.js';
import type { AgentOrder } from './agent-messages.js';
import type { LookOptions } from './inside-look.js';
import { namespaceOf, type Target } from './target.js';

/** Longer than this, and the agent takes the attach for killed. */
const UNDONE_AFTER_MS = 30_000;
/** Bytes between two points of the sample of native blocks, as `run` takes. */
const NATIVE_RATE = 512 * 1024;

/** What the agent in a process is asked for. @param opened whether the inspector was opened for this */
export function agentOrder(
  { pid }: Target,
  opened: boolean,
  { seconds, stacks }: LookOptions,
): Omit<AgentOrder, 'notANumber'> {
  const addon = loadBinding().path ?? null;
  const tracker = stacks.has('native') ? findTracker().path : null;
  return {
    addon: addon !== null && isSameFile(pid, addon) ? addon : null,
    layoutVersion: LAYOUT_VERSION,
    mask: maskOf(resolveOptions({}).sampler),
    sampleLength: SAMPLE_LENGTH,
    accountLength: ACCOUNT_LENGTH,
    slotIndex,
    tracker: tracker === null ? null : { path: tracker, rate: NATIVE_RATE },
    lastsMs: seconds * 1000 + UNDONE_AFTER_MS,
    opened,
  };
}

/** Whether a process in another container sees the same file under the same name. */
function isSameFile(pid: number, path: string): boolean {
  if (namespaceOf(pid, 'mnt') === namespaceOf('self', 'mnt')) return true;
  try {
    const [here, there] = [statSync(path), statSync(`/proc/${pid}/root${path}`)];
    return here.ino === there.ino && here.dev === there.dev;
  } catch {
    return false;
  }
}
