import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import type { ProfiledRun, RunPlan } from '../../src/run/profiled-run.js';
import { type RunOutput, runOnce } from '../../src/run/run-once.js';
import { runRepeated } from '../../src/run/run-repeated.js';
import { StackProfile } from '../../src/stacks/stack-profile.js';
import { NO_STACK } from '../../src/stacks/stack-table.js';
import { pipelineReport } from '../support/report-fixture.js';
import { temporaryFolder } from '../support/temporary-folder.js';

vi.mock('../../src/run/profiled-run.js', () => ({
  runProfiled: async (_plan: RunPlan, take: (run: ProfiledRun) => void | Promise<void>) => {
    await take(profiledRun());
    return profiledRun().exitCode;
  },
}));

const PLAN: RunPlan = { program: 'work', args: [], profiler: {}, tracking: { modules: true, stacks: 'cpu' } };
const EXIT_CODE = 7;

let stacks: StackProfile;
let exitCode: number;
let folder: string;
beforeEach(() => {
  stacks = damagedProfile();
  exitCode = EXIT_CODE;
  folder = temporaryFolder();
});

/** It names a frame that is in no table, as a program could have written it. */
function damagedProfile(): StackProfile {
  const profile = new StackProfile();
  profile.add(profile.row('work', 'main', profile.stacks.intern(NO_STACK, 0)), 'cpu', 4e9);
  profile.add(1, 'samples', 400);
  return profile;
}

/** It cannot even be merged. */
function brokenProfile(): StackProfile {
  return Object.assign(new StackProfile(), { frames: undefined });
}

function profiledRun(): ProfiledRun {
  const report = { ...pipelineReport(), processes: 1 };
  const counts = { recovered: 0, counted: 1, launchers: 0, lost: 0, recorded: [], skipped: [] };
  return {
    exitCode,
    gathered: { report, program: report, ...counts },
    stacks: { profile: stacks, warnings: [], outlived: [], skipped: [] },
    samplesCpu: true,
    finished: {
      wallS: 1,
      os: null,
      osMissing: 'not read here',
      program: report,
      merged: report,
      lost: 0,
      launchers: 0,
      resetsPeak: false,
    },
    pid: 4711,
    noReport: null,
    free: () => {},
  };
}

/** What is written to stderr meanwhile. */
async function told(run: () => Promise<unknown>): Promise<string> {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    await run();
    return write.mock.calls.map(([text]) => text).join('');
  } finally {
    write.mockRestore();
  }
}

function output(): RunOutput & { readonly out: string } {
  return { out: join(folder, 'report.json'), html: undefined, shown: {} as RunOutput['shown'] };
}

test('stacks that cannot be shown or written cost neither the report, nor the table, nor the exit code', async () => {
  const given = output();
  let code: number | undefined;
  const text = await told(async () => {
    code = await runOnce(PLAN, given);
  });
  expect(code).toBe(EXIT_CODE);
  expect(text).toMatch(/^stageprof: stacks: left out, ./m);
  expect(text).toMatch(/^1 node process\n\nstage /m);
  expect(JSON.parse(readFileSync(given.out, 'utf8')).stages).toHaveLength(pipelineReport().stages.length);
});

test.each([
  ['shown or written', damagedProfile],
  ['merged', brokenProfile],
])('of repeated runs, stacks that cannot be %s cost neither the records nor the sums', async (_, make) => {
  const given = output();
  stacks = make();
  exitCode = 0;
  let code: number | undefined;
  const text = await told(async () => {
    code = await runRepeated(PLAN, 2, given);
  });
  expect(code).toBe(0);
  expect(text).toMatch(/^stageprof: stacks: left out, ./m);
  expect(text).toMatch(/^2 runs\n\nstage /m);
  expect(readFileSync(given.out, 'utf8').trimEnd().split('\n')).toHaveLength(2);
});
