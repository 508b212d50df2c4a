import { hostname } from 'node:os';
import { readChildrenUsage } from '../native/children-usage.js';
import { type ProcessUsage, readProcessUsage } from '../os/process-usage.js';
import { slurmIdentity } from '../os/slurm.js';
import { MAP_ACCOUNT_SCHEMA, type MapAccount, type MapTally } from '../records/map-account.js';
import type { RecordFolder } from './record-folder.js';
import { pipelinePart } from './record-names.js';

export interface MapState {
  readonly tally: MapTally;
  /** The workers that have not ended. */
  readonly workerPids: readonly number[];
  /** How many workers the run has started so far. */
  readonly started: number;
  /** Null while the run goes on. */
  readonly exitCode: number | null;
}

/** Measures what a run of `map` uses, and makes its account. */
export class MapAccountMeter {
  /** The start of the process, not of this object: on a loaded machine Node itself takes seconds to start. */
  readonly #startedAt = new Date(performance.timeOrigin);
  #treePeakKib: number | null = null;
  #workerPeakKib: number | null = null;
  #liveCpuS = 0;

  /**
   * Reads the memory and CPU of this process and of the workers. To be called every `LOOK_EVERY_S`: a peak between two
   * calls is not seen.
   */
  look(workerPids: readonly number[]): void {
    const workers = workerPids.map(readProcessUsage).filter((usage) => usage !== null);
    const own = readProcessUsage(process.pid);
    const usages: ProcessUsage[] = own === null ? workers : [own, ...workers];
    if (own !== null)
      this.#treePeakKib = higher(
        this.#treePeakKib,
        usages.reduce((sum, { rssKib }) => sum + rssKib, 0),
      );
    for (const { peakRssKib } of workers) this.#workerPeakKib = higher(this.#workerPeakKib, peakRssKib);
    this.#liveCpuS = workers.reduce((sum, { cpuS }) => sum + cpuS, 0);
  }

  account(pipeline: string, { tally, workerPids, started, exitCode }: MapState): MapAccount {
    this.look(workerPids);
    const now = new Date().toISOString();
    const slurm = slurmIdentity();
    const { user, system } = process.cpuUsage();
    const ownCpuS = (user + system) / 1e6;
    const ended = readChildrenUsage();
    const workersCpuS = ended === null ? null : ended.cpuNs / 1e9 + this.#liveCpuS;
    return {
      schema: MAP_ACCOUNT_SCHEMA,
      pipeline,
      host: hostname(),
      pid: process.pid,
      started_at: this.#startedAt.toISOString(),
      updated_at: now,
      ended_at: exitCode === null ? null : now,
      exit_code: exitCode,
      ...(slurm === undefined ? {} : { slurm }),
      wall_s: performance.now() / 1000,
      cpu_s: workersCpuS === null ? null : ownCpuS + workersCpuS,
      own: { cpu_s: ownCpuS, rss_kb_peak: readProcessUsage(process.pid)?.peakRssKib ?? null },
      workers: { started, cpu_s: workersCpuS, rss_kb_peak: this.#workerPeakKib },
      tree_rss_kb_peak: this.#treePeakKib,
      inputs: { ...tally, left: tally.total - tally.done - tally.failed },
    };
  }

  /**
   * `run-<host>-<process id>-<start>.<pipeline>.json`, see `isMapAccountName`. No other run gives its account this
   * name, even if both write to the same folder.
   */
  fileName(pipeline: string): string {
    return `run-${hostname()}-${process.pid}-${this.#startedAt.getTime()}.${pipelinePart(pipeline)}.json`;
  }
}

/** An error here is no news: where the records cannot be written, the run says so itself. */
export async function writeMapAccount(
  folder: RecordFolder,
  pipeline: string,
  meter: MapAccountMeter,
  state: MapState,
): Promise<void> {
  const text = `${JSON.stringify(meter.account(pipeline, state))}\n`;
  await folder.write(meter.fileName(pipeline), text).catch(() => {});
}

function higher(a: number | null, b: number): number {
  return a === null || b > a ? b : a;
}
