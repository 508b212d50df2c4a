import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Programs, TRACKER } from '../../support/compiled-programs.js';
import { nodeHeaders } from '../../support/native-stages.js';
import { root } from '../../support/node-lines.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const folder = join(root, 'test', 'programs', 'stacks');
const programs = new Programs(folder);
afterAll(() => programs[Symbol.dispose]());

/** A program that allocates 100 MiB a second has 200 samples a second at 512 KiB: so many in 24 hours. */
const DAY = 24 * 60 * 60 * 200;
const SAMPLES = process.env.STAGEPROF_SOAK === '1' ? DAY : 300_000;
const LIMIT_MS = process.env.STAGEPROF_SOAK === '1' ? 3_600_000 : 180_000;
const RATE = 16384;

interface Tenth {
  readonly rssMib: number;
  readonly fileKib: number;
  readonly openFiles: number;
  readonly sites: number;
  readonly frames: number;
  readonly stages: number;
  readonly texts: number;
  readonly blocks: number;
  readonly missed: number;
}

test.runIf(process.arch === 'x64')(
  `${SAMPLES.toLocaleString('en-US')} samples make neither tables nor files nor the process grow`,
  () => {
    const addon = programs.compile('churn.c', 'churn.so', `-I${nodeHeaders()}`);
    const env = {
      ...process.env,
      LD_PRELOAD: TRACKER,
      STAGEPROF_TRACK_MODULES: '1',
      STAGEPROF_TRACK_LIVE: `${RATE}`,
      STAGEPROF_TRACK_STACKS: '1',
      FOLDER: temporaryFolder(),
    };
    const args = [join(folder, 'native-soak.js'), `${SAMPLES}`, addon];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env, timeout: LIMIT_MS });
    expect([status, stderr]).toEqual([0, '']);
    const { tenths, samples }: { tenths: Tenth[]; samples: number } = JSON.parse(stdout);
    if (SAMPLES === DAY) console.log(JSON.stringify(tenths));
    expect(samples).toBeGreaterThanOrEqual(SAMPLES);
    // Each block of the addon is as large as the rate, so it is in the sample.
    expect(tenths[9]!.blocks - tenths[0]!.blocks).toBeGreaterThan(0.89 * samples);
    const [half, last] = [tenths[4]!, tenths[9]!];
    // Many stacks. V8 compiles functions several times, and with each their stacks change; then come but a few that are rare.
    expect(half.sites).toBeGreaterThan(1500);
    expect(last.sites - half.sites).toBeLessThan(0.15 * half.sites);
    expect(last.texts - half.texts).toBeLessThan(1000);
    expect(last).toMatchObject({ missed: 0, stages: half.stages, fileKib: half.fileKib });
    expect(last.openFiles - half.openFiles).toBeLessThan(5);
    // What node and glibc keep goes up and down.
    expect(last.rssMib - half.rssMib).toBeLessThan(24);
  },
  LIMIT_MS + 30_000,
);
