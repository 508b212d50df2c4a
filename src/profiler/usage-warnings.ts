import type { OpenCall } from '../accounting/open-call.js';
import { Float64Array } from '../host/intrinsics.js';
import { whenSettled } from '../host/tasks.js';
import { countedWarnings } from '../report/counted-warnings.js';
import { COUNTS, countIndex } from '../store/state-memory.js';

const SETTLED = settled();

async function settled(): Promise<void> {}

const ENDED_OUT_OF_ORDER = countIndex.ended_out_of_order;
const STARTED_LATE = countIndex.started_late;
const OPEN_ACROSS_AWAIT = countIndex.open_across_await;
const FIRST_ACROSS_AWAIT = countIndex.first_across_await;

/**
 * Uses of handles and contexts that give right numbers under labels that nobody meant. They are counted, and the report
 * warns of them.
 *
 * A handle is current for all that runs in its async context. If it is kept open across an await, it is current also
 * for what others start there meanwhile. That is told by the turn in which the handle was opened, which ends by the
 * next microtask.
 */
export class UsageWarnings {
  private firstAcrossAwait: string | null = null;
  private turn = 0;
  private isTurnEnding = false;

  /** @param counts one cell for each of `COUNTS` */
  constructor(private readonly counts: Float64Array = new Float64Array(COUNTS.length)) {}

  handleEndedOutOfOrder(): void {
    this.counts[ENDED_OUT_OF_ORDER]!++;
  }

  /** A stage was started in a context whose call had ended. */
  stageStartedLate(): void {
    this.counts[STARTED_LATE]!++;
  }

  /** To be called for each handle when it is opened. The first of a turn costs a microtask. */
  handleOpened(handle: OpenCall): void {
    handle.openedInTurn = this.turn;
    handle.isAcrossAwait = false;
    if (this.isTurnEnding) return;
    whenSettled(SETTLED, this.endTurn);
    this.isTurnEnding = true;
  }

  /** A stage is opened while this handle is the innermost of the context. */
  openedUnder(handle: OpenCall): void {
    if (handle.openedInTurn !== this.turn) this.keptAcrossAwait(handle);
  }

  /** A function has returned its promise while this handle, opened in it, is open. */
  keptAcrossAwait(handle: OpenCall): void {
    if (handle.isAcrossAwait) return;
    handle.isAcrossAwait = true;
    this.counts[OPEN_ACROSS_AWAIT]!++;
    if (this.firstAcrossAwait !== null) return;
    this.firstAcrossAwait = handle.node.path;
    this.counts[FIRST_ACROSS_AWAIT] = handle.node.row;
  }

  warnings(): string[] {
    return countedWarnings((name) => this.counts[countIndex[name]]!, this.firstAcrossAwait);
  }

  private readonly endTurn = (): void => {
    this.isTurnEnding = false;
    this.turn++;
  };
}
