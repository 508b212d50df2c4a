import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { Report, StageRow } from '../../src/model/report.js';
import { PACKAGE } from './workloads.js';

const programs = fileURLToPath(new URL('../programs/native-work/', import.meta.url));

/** KiB between two points of the sample of live blocks: small, so that it tells much of little memory. */
export const LIVE_RATE_KIB = 16;

/** The thread that works: the main thread, a new one for each piece of work, one that stays, or one of libuv's pool. */
export const PLACES = ['main', 'new', 'resident', 'pool'] as const;
export type Place = (typeof PLACES)[number];

/** What the addon says it did. Bytes are usable sizes. */
interface Done {
  readonly allocatedKib: number;
  readonly allocatedBlocks: number;
  readonly liveKib: number;
  readonly mappedKib: number;
}

/** The addon of test/programs/native-work/native_work_addon.cc, compiled into a temporary folder. */
export class NativeWorkAddon implements Disposable {
  private readonly folder = mkdtempSync(join(tmpdir(), 'stageprof-native-'));
  readonly path = join(this.folder, 'native-work.node');
  readonly name = basename(this.path);

  constructor() {
    const sources = readdirSync(programs).filter((name) => name.endsWith('.cc'));
    // Without -fno-builtin the compiler leaves out a malloc whose block is only freed.
    const args = ['-std=c++17', '-O1', '-fno-builtin', '-shared', '-fPIC', `-I${nodeHeaders()}`, '-o', this.path];
    args.push(...sources.map((name) => join(programs, name)), '-lpthread');
    const { error, status, stderr } = spawnSync('c++', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`c++ does not build the test's addon: ${error?.message ?? stderr}`);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function nodeHeaders(): string {
  const headers = join(dirname(realpathSync(process.execPath)), '..', 'include', 'node');
  if (existsSync(join(headers, 'node_api.h'))) return headers;
  throw new Error(`Expected the headers of ${process.execPath} in ${headers}; install those of this Node version`);
}

/** The report of a child process that ran a scenario of test/programs/native-work/native-stages.js. */
export class NativeStages {
  readonly report: Report;
  private readonly work: Readonly<Record<string, Done>>;

  /** @param preload the libraries to preload, in order */
  constructor(addon: NativeWorkAddon, scenario: string, place: Place, preload: readonly string[]) {
    const args = [join(programs, 'native-stages.js'), scenario, place, PACKAGE, addon.path];
    const tracker = { STAGEPROF_TRACK_MODULES: '1', STAGEPROF_TRACK_LIVE: `${LIVE_RATE_KIB * 1024}` };
    const env = { ...process.env, LD_PRELOAD: preload.join(':'), ...tracker };
    const { stdout, stderr, status, signal } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
    if (status !== 0) throw new Error(`the child ended with ${signal ?? status}: ${stderr}`);
    ({ report: this.report, told: this.work } = JSON.parse(stdout));
  }

  row(stage: string): StageRow {
    const row = this.report.stages.find((each) => each.stage === stage);
    if (row === undefined) throw new Error(`Expected a stage "${stage}"`);
    return row;
  }

  /** What the addon did in the last call of a stage. */
  told(stage: string): Done {
    const done = this.work[stage];
    if (done === undefined) throw new Error(`Expected the addon to have worked in "${stage}"`);
    return done;
  }

  /** What modules other than the addon allocated in a stage. */
  allocatedByOthersKib(stage: string, addon: NativeWorkAddon): number {
    const modules = Object.entries(this.row(stage).native_modules ?? {});
    return modules.reduce((sum, [name, kib]) => (name === addon.name ? sum : sum + kib), 0);
  }

  /** How far the peak of live native memory in a stage is above that in the stage "nothing", which does no work. */
  peakAboveKib(stage: string): number {
    // A null would count as 0 in the difference.
    const [peak, usual] = [stage, 'nothing'].map((each) => this.row(each).native_kb_peak_max ?? Number.NaN);
    return peak! - usual!;
  }
}

/** Expects a number within 1 % of what was told. If that is 0, the 1 % is of `work`, which must not have been counted. */
export function expectWithin(found: number | null | undefined, told: number, work = Math.abs(told)): void {
  expect(found).toEqual(expect.any(Number));
  expect(Math.abs(found! - told), `${found} instead of ${told}`).toBeLessThanOrEqual(0.01 * work);
}
