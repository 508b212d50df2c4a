import type { Accounting } from '../accounting/accounting.js';
import type { OpenCall } from '../accounting/open-call.js';
import type { Frame } from '../attribution/context.js';
import type { Profiler } from '../model/profiler.js';
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
    return stageOpen.hasSubscribers ? this.openAnnounced(label, frame) : this.openSilently(label, frame);
  }

  /** Subscribers are told before anything is opened: what they use is charged to the caller. */
  private openAnnounced(label: string, frame: Frame): OpenCall {
    const { labels } = this.accounting;
    const { path } = labels.child((frame.handle ?? frame).node, label);
    const message = announceOpen(path, this.profiler, (frame.handle ?? frame.nearestOpen()).message);
    const call = this.openSilently(label, frame);
    call.message = message;
    return call;
  }

  private openSilently(label: string, frame: Frame): OpenCall {
    const { accounting } = this;
    const { handle } = frame;
    if (handle !== null) {
      const node = accounting.labels.child(handle.node, label);
      this.usage.openedUnder(handle);
      return accounting.open(node, handle);
    }
    // In a context whose call has ended, the label is still under that call's, and the parent is a call further out.
    const node = accounting.labels.child(frame.node, label);
    if (frame.hasEnded) this.usage.stageStartedLate();
    return accounting.open(node, frame.nearestOpen());
  }
}
