import type { Accounting } from '../accounting/accounting.js';
import { measureTotals, rowsWithOpenCalls, type Totals, wholeRun } from '../accounting/totals.js';
import { attributionState, type ExactMeans, withSharedEntries } from '../attribution/attribution-state.js';
import { Math } from '../host/intrinsics.js';
import { nodeVersion, processId, threadId } from '../host/process.js';
import type { ProfilerSettings } from '../model/options.js';
import { kibOf, secondsOf } from '../model/quantities.js';
import { SHARED_ENTRIES_CELL } from '../model/sample-layout.js';
import { type Sources, TRACKER_METHOD } from '../model/sources.js';
import { loadPerCpu } from '../os/machine-load.js';
import { slurmIdentity } from '../os/slurm.js';
import type { MeasuredHeader, MeasuredRows } from '../report/build.js';
import { composeKib } from '../report/composition.js';
import { exactUse } from '../report/exact-use.js';
import { liveModules } from '../report/live-modules.js';
import type { ThreadReadings } from '../threads/thread-cpu.js';

/** What a report is built from. */
export interface Measured {
  readonly header: MeasuredHeader;
  readonly rows: MeasuredRows;
}

/** What is read for a report, besides what the accounting has. */
export interface RunSources {
  readonly settings: ProfilerSettings;
  readonly threads: ThreadReadings;
  readonly exactMeans: ExactMeans | null;
  /** The states of the stacks that were asked for. */
  stacks(): Partial<Sources>;
  /** All warnings so far. */
  warnings(): string[];
}

/** What has been measured of the run so far, for its report. Nothing here is on the hot path. */
export class MeasuredRun {
  /** What `measure` answers after `finish`. */
  private final: Measured | null = null;
  private readonly loadBefore = loadPerCpu();

  constructor(
    private readonly accounting: Accounting,
    private readonly runSources: RunSources,
  ) {}

  /** As of now, or of `finish`. */
  measure(): Measured {
    if (this.final !== null) return this.final;
    const { accounting } = this;
    const totals = measureTotals(accounting);
    return {
      header: this.header(totals),
      rows: {
        stages: rowsWithOpenCalls(accounting),
        wholeRun: wholeRun(accounting),
        modules: accounting.sampler.modules(),
      },
    };
  }

  /** Measures for the last time. To be called while everything can still be read. */
  finish(): void {
    this.final = this.measure();
  }

  sources(): Sources {
    const { settings, exactMeans } = this.runSources;
    const { sampler } = this.accounting;
    return {
      ...sampler.sources(),
      attribution: withSharedEntries(
        attributionState(settings.attribution, exactMeans),
        sampler.slots[SHARED_ENTRIES_CELL]!,
      ),
      ...this.runSources.stacks(),
    };
  }

  private header({ total, outside, rssBytes, threadUse }: Totals): MeasuredHeader {
    const { settings, threads } = this.runSources;
    const { sampler, labels } = this.accounting;
    const sources = this.sources();
    const composition = sampler.composition();
    const slurm = slurmIdentity();
    return {
      total_wall_s: secondsOf(total.wallNs) ?? 0,
      total_cpu_s: secondsOf(total.cpuNs),
      outside_wall_s: secondsOf(outside.wallNs) ?? 0,
      outside_cpu_s: secondsOf(outside.cpuNs),
      rss_kb_now: kibOf(rssBytes),
      rss_kb_peak: kibOf(sampler.lifetimePeakRssBytes()),
      composition: composition && composeKib(composition),
      composition_at_peak: null,
      live_modules: liveModules(sampler.modules(), sampler.slots),
      exact: threadUse && exactUse(threadUse),
      js_memory_traced: sources.js_peak.truth === 'exact',
      native_memory_traced: sources.native.method === TRACKER_METHOD,
      sources,
      labels_folded: labels.foldedLabels,
      warnings: this.runSources.warnings(),
      node: nodeVersion,
      pid: processId,
      thread: threadId,
      stages_wall_s: secondsOf(total.wallNs - outside.wallNs) ?? 0,
      load_per_cpu: higher(this.loadBefore, loadPerCpu()),
      ...(slurm === undefined ? {} : { slurm }),
      ...(settings.threads ? { threads: threads.read() } : {}),
    };
  }
}

function higher(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}
