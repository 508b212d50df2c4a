import { EXIT_DONE, EXIT_FAILED, exitCodeOfSignal } from '../os/exit-status.js';
import type { PageContent } from '../page/write-page.js';
import { renderTable } from '../render/table.js';
import { ReportMerger } from '../report/merge.js';
import { ProcessCount } from '../report/process-count.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import type { Tally } from '../terminal/progress.js';
import { layoutOf, type Shown } from '../terminal/terminal.js';
import { counted } from '../text/format.js';
import type { CorpusPage } from './corpus-page.js';
import type { InputEvent } from './input-event.js';
import type { StopSignal } from './stop-signals.js';

/** What a run over a corpus has come to so far: its counts, and the profiles of all inputs as one. */
export class MapResult {
  readonly tally: Tally;
  readonly #merger = new ReportMerger();
  readonly #processes = new ProcessCount();
  #profiles = 0;
  #unhandled = 0;

  constructor(
    total: number,
    private readonly names: { readonly pipelineName: string; readonly shardName: string },
    /** Null where no page is asked for. */
    readonly page: CorpusPage | null = null,
  ) {
    this.tally = { total, done: 0, failed: 0 };
  }

  count(event: Extract<InputEvent, { type: 'done' | 'failed' }>): void {
    this.tally[event.type]++;
    this.page?.add(event);
    // Merged one by one: what is kept grows with the labels, not with the inputs.
    if (event.profile === null) return;
    this.#merger.add(event.profile);
    const { pid, slurm, processes } = event.profile;
    this.#processes.add({ pid, slurm, processes });
    this.#profiles++;
  }

  /** An error that came up between two inputs. */
  countUnhandled(): void {
    this.#unhandled++;
  }

  /** Null where nothing was profiled. */
  table(stream: NodeJS.WriteStream, shown: Shown): string | null {
    if (this.#profiles === 0) return null;
    const { pipelineName, shardName } = this.names;
    const heading = [counted(this.#profiles, 'record'), `pipeline ${pipelineName}`, shardName]
      .filter(Boolean)
      .join(', ');
    return `${heading}\n\n${renderTable(this.#merger.result(), { ...layoutOf(stream, shown), processes: this.#processes.result() })}`;
  }

  /** Null where no page is asked for. @param summary how the run ended, in one line */
  pageContent(stacks: StackProfile | null, summary: string): PageContent | null {
    return (
      this.page?.content({ report: this.#merger.result(), processes: this.#processes.result() }, stacks, summary) ??
      null
    );
  }

  /** `12 inputs: 10 done, 1 failed, 1 left after SIGTERM` */
  counts(received: StopSignal | undefined): string {
    const { total, done, failed } = this.tally;
    const after = received === undefined ? '' : ` after ${received}`;
    const rest = this.#left > 0 || received !== undefined ? `, ${this.#left} left${after}` : '';
    return `${counted(total, 'input')}: ${done} done, ${failed} failed${rest}`;
  }

  exitCode(received: StopSignal | undefined): number {
    if (received !== undefined) return exitCodeOfSignal(received);
    return this.#left + this.tally.failed + this.#unhandled === 0 ? EXIT_DONE : EXIT_FAILED;
  }

  get #left(): number {
    return this.tally.total - this.tally.done - this.tally.failed;
  }
}
