import type { OpenCall } from './open-calls.js';
import { formatWarning } from './report/warnings.js';

const SETTLED = Promise.resolve();

/**
 * Uses of handles and contexts that give right numbers under labels nobody meant. Counted, and named in the report.
 *
 * A handle is current for all that runs in its async context: kept open across an await, also for what others start
 * there meanwhile. The turn in which it was opened tells: it has ended by the next microtask.
 */
export class Misuse {
  endedOutOfOrder = 0;
  /** Stages started in a context whose call had ended. */
  startedLate = 0;
  private openAcrossAwait = 0;
  private firstAcrossAwait: string | null = null;
  private turn = 0;
  private isTurnEnding = false;

  /** To be called for each handle when it is opened: once a turn that costs a microtask. */
  handleOpened(handle: OpenCall): void {
    handle.openedInTurn = this.turn;
    handle.isAcrossAwait = false;
    if (this.isTurnEnding) return;
    this.isTurnEnding = true;
    SETTLED.then(this.endTurn);
  }

  /** A stage is opened while this handle is the innermost of the context. */
  openedUnder(handle: OpenCall): void {
    if (handle.openedInTurn !== this.turn) this.keptAcrossAwait(handle);
  }

  /** A function has returned its promise while this handle, opened in it, is open. */
  keptAcrossAwait(handle: OpenCall): void {
    if (handle.isAcrossAwait) return;
    handle.isAcrossAwait = true;
    this.openAcrossAwait++;
    this.firstAcrossAwait ??= handle.node.path;
  }

  warnings(): string[] {
    const counted: [text: string, count: number][] = [
      ['handles ended out of order', this.endedOutOfOrder],
      ['stages started after their parent ended', this.startedLate],
      [`handles open across an await (use the callback form), first ${this.firstAcrossAwait}`, this.openAcrossAwait],
    ];
    return counted.filter(([, count]) => count > 0).map(([text, count]) => formatWarning(text, count));
  }

  private readonly endTurn = (): void => {
    this.isTurnEnding = false;
    this.turn++;
  };
}
