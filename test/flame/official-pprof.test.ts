import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writePprof } from '../../src/stacks/pprof-writer.js';
import { profileOf } from '../support/arbitrary-profile.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Google's own reader, which comes with Go: its path is asked of `go`, or given. */
const PPROF = process.env.STAGEPROF_TEST_PPROF ?? spawnSync('go', ['tool', '-n', 'pprof'], { encoding: 'utf8' }).stdout;
const reason = PPROF ? '' : ': skipped, neither go is installed nor STAGEPROF_TEST_PPROF given';

function pprof(...args: string[]): string {
  const env = { ...process.env, PPROF_TMPDIR: temporaryFolder() };
  const { status, stdout, stderr } = spawnSync(PPROF!.trim(), args, { encoding: 'utf8', env });
  expect(status, stderr).toBe(0);
  return stdout;
}

const JS = { kind: 'js', name: 'parse', file: '/app/parse.js', line: 12, column: 5, startLine: 10 } as const;
const CALLER = { kind: 'js', name: 'main', file: '/app/main.js', line: 3, column: 0, startLine: 1 } as const;
const NATIVE = { kind: 'native', name: 'inflate', module: '/lib/z.so', buildId: 'c0ffee' } as const;

async function written(): Promise<string> {
  const profile = profileOf([
    { stage: 'flows.parse', thread: 'main', frames: [CALLER, JS], values: { samples: 3, cpu: 30_000_000 } },
    { stage: 'flows', thread: 'main', frames: [CALLER, NATIVE], values: { samples: 2, cpu: 20_000_000 } },
    { stage: '', thread: 'worker', frames: [JS], values: { samples: 1, cpu: 5_000_000 } },
  ]);
  const path = join(temporaryFolder(), 'a.stacks.pb.gz');
  writeFileSync(path, await writePprof(profile));
  return path;
}

test.skipIf(!PPROF)(`the pprof of Go has the columns, labels and frames of a written file${reason}`, async () => {
  const path = await written();
  const raw = pprof('-raw', path);
  expect(raw).toContain('\nsamples/count cpu/nanoseconds[dflt]\n');
  expect(raw).toMatch(/^ +3 +30000000: .*\n +stage:\[flows\.parse\] thread:\[main\]/m);
  expect(raw).toMatch(/^ +1 +5000000: .*\n +thread:\[worker\]/m);
  expect(pprof('-traces', '-lines', path)).toMatch(/30ms +parse \/app\/parse\.js:12\n +main \/app\/main\.js:3\n/);
  expect(pprof('-top', '-tagfocus=stage=^flows$', path)).toMatch(/^ +20ms .* inflate$/m);
});

test.skipIf(!PPROF)(`the pprof of Go shows what differs between two files${reason}`, async () => {
  const path = await written();
  expect(pprof('-top', '-diff_base', path, path)).toContain('accounting for 0, 0% of 55ms total');
});
