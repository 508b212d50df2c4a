import type { Accounting } from '../accounting/accounting.js';
import type { OpenCall } from '../accounting/open-call.js';
import type { Frame } from '../attribution/context.js';
import type { Profiler } from '../model/profiler.js';
import type { StageMessage } from '../model/stage-message.js';
import { announceOpen, stageOpen } from './stage-channels.js';
import type { UsageWarnings } from './usage-warnings.js';

/** Opens calls under the label and the parent that belong to an async context. */
export class StageOpener {
  /** @param profiler what subscribers are told that a stage belongs to */
  constructor(
    private readonly profiler: Profiler,
    private readonly accounting: Accounting,
    private readonly usage: UsageWarnings,
  ) {}

  open(label: string, frame: Frame): OpenCall {
    const message = stageOpen.hasSubscribers ? this.announce(label, frame) : null;
    const { accounting } = this;
    const { handle } = frame;
    let call: OpenCall;
    if (handle !== null) {
      const node = accounting.labels.child(handle.node, label);
      this.usage.openedUnder(handle);
      call = accounting.open(node, handle);
    } else {
      // In a context whose call has ended, the label is still under that call's, and the parent is a call further out.
      const node = accounting.labels.child(frame.node, label);
      const parent = frame.nearestOpen();
      if (parent !== frame.call) this.usage.stageStartedLate();
      call = accounting.open(node, parent);
    }
    if (message !== null) call.message = message;
    return call;
  }

  /** Subscribers are told before anything is opened: what they use is charged to the caller. */
  private announce(label: string, frame: Frame): StageMessage | null {
    const { path } = this.accounting.labels.child((frame.handle ?? frame).node, label);
    return announceOpen(path, this.profiler, (frame.handle ?? frame.nearestOpen()).message);
  }
}
