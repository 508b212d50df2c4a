import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import type { Postmortem } from '../../src/recorder/postmortem.js';
import { canMount, runOnSmallFileSystems } from '../support/small-file-systems.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { builtModule, PACKAGE } from '../support/workloads.js';

const LABELS = 1500;
const OWN = `stageprof-${process.getuid?.()}`;
const ROOMY = '64m';

/** Opens many labels, two of them at a time, and looks at its own recorder. */
const PROGRAM = `
  import { StageProfiler } from ${JSON.stringify(PACKAGE)};
  import { findRecorder } from ${JSON.stringify(builtModule('recorder/find.js'))};
  import { FileBytes } from ${JSON.stringify(builtModule('recorder/file-bytes.js'))};
  import { readRecorder } from ${JSON.stringify(builtModule('recorder/reader.js'))};
  import { postmortemOf } from ${JSON.stringify(builtModule('recorder/postmortem.js'))};
  import { existsSync, readdirSync } from 'node:fs';
  const profiler = new StageProfiler({ recorder: JSON.parse(process.argv[1]) });
  for (let i = 0; i < ${LABELS}; i++) profiler.stage('label' + i, () => profiler.stage('within').end());
  profiler.stage('label0').end();
  const open = Array.from({ length: 40 }, () => profiler.stage('open'));
  const recorders = (process.env.LOOK ?? '').split(':').flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.recorder')).map((name) => folder + '/' + name) : []);
  let recorded = null;
  try { recorded = postmortemOf(readRecorder(new FileBytes(findRecorder(process.pid)))); } catch {}
  profiler.close();
  const left = recorders.filter((path) => existsSync(path));
  console.log(JSON.stringify({ report: profiler.report(), recorded, recorders, left }));`;

interface Outcome {
  readonly report: Report;
  readonly recorded: Postmortem | null;
  readonly recorders: readonly string[];
  readonly left: readonly string[];
}

let temporary: string;
let runtime: string;
beforeEach(() => {
  const folder = temporaryFolder();
  temporary = join(folder, 'tmp');
  runtime = join(folder, 'run');
  mkdirSync(temporary);
  mkdirSync(runtime);
});

function run(sizes: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}, recorder: unknown = true): Outcome {
  const LOOK = [temporary, join(temporary, OWN), join('/dev/shm', OWN), join(runtime, 'stageprof')].join(':');
  const { status, signal, stdout, stderr } = runOnSmallFileSystems(
    [process.execPath, '--input-type=module', '-e', PROGRAM, JSON.stringify(recorder)],
    { sizes, env: { STAGEPROF_DIR: '', XDG_RUNTIME_DIR: '', TMPDIR: temporary, LOOK, ...env } },
  );
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
  return JSON.parse(stdout) as Outcome;
}

const callsOf = ({ stages }: Report) => stages.reduce((sum, { calls }) => sum + calls, 0);
const CALLS = 2 * LABELS + 1;

describe.skipIf(!canMount)('a recorder whose folder is full', () => {
  test.each(['16k', '64k', '256k', '1m'])('at %s goes on in another one, and has everything', (size) => {
    const { report, recorded, recorders, left } = run({ [temporary]: size, '/dev/shm': ROOMY });
    expect(callsOf(report)).toBe(CALLS);
    expect(report.warnings).toContain(`recorders in another folder, no room in ${join(temporary, OWN)}: 1`);
    expect(recorders).toEqual([expect.stringMatching(`^/dev/shm/${OWN}/`)]);
    expect(left).toEqual([]);
    expect(callsOf(recorded!.report)).toBe(CALLS);
    expect(recorded!.report.stages.length).toBe(report.stages.length);
    expect(recorded!.open).toHaveLength(40);
    expect(recorded!.process.recorder).toBe('open');
    expect(recorded!.last.rss_kb).toBeGreaterThan(1000);
  });

  test('goes on from one to the next as each one fills', () => {
    const { report, recorded, recorders } = run(
      { [temporary]: ROOMY, '/dev/shm': '1m', [runtime]: '300k' },
      { XDG_RUNTIME_DIR: runtime },
    );
    expect(recorders).toEqual([expect.stringContaining(join(temporary, OWN))]);
    const full = [join(runtime, 'stageprof'), join('/dev/shm', OWN)];
    for (const folder of full)
      expect(report.warnings).toContain(`recorders in another folder, no room in ${folder}: 1`);
    expect(callsOf(recorded!.report)).toBe(CALLS);
  });

  test.each(['16k', '64k', '256k', '1m'])('when all are full, at %s, is given up, and the profiler has all', (size) => {
    const { report, left } = run({ [temporary]: size, '/dev/shm': size });
    expect(callsOf(report)).toBe(CALLS);
    const [warning, ...more] = report.warnings.filter((text) => text.includes('recorder'));
    expect(more).toEqual([]);
    expect(warning).toMatch(/^(the recorder was given up|no recorder), /);
    for (const folder of [temporary, '/dev/shm']) {
      expect(warning).toContain(`no space left on device (ENOSPC) in ${join(folder, OWN)}`);
    }
    expect(left).toEqual([]);
  });

  test('whose path somebody has chosen stays there, and says that it was given up', () => {
    const path = join(temporary, 'a.recorder');
    const { report, recorders } = run({ [temporary]: '1m', '/dev/shm': ROOMY }, {}, path);
    expect(callsOf(report)).toBe(CALLS);
    expect(recorders).toEqual([path]);
    expect(report.warnings).toContain(`the recorder was given up, no space left on device (ENOSPC) in ${temporary}: 1`);
  });

  test('in a process of `run` goes on in a folder that exists, and makes none', () => {
    const [first, gone, second] = [temporary, join(runtime, 'gone'), runtime].map((folder) =>
      join(folder, 'stageprof-run-a'),
    ) as [string, string, string];
    mkdirSync(first);
    mkdirSync(second);
    const recorder = { path: join(first, '1-2.recorder'), fallbacks: [gone, second] };
    const { report, recorders } = run({ [first]: '64k' }, { LOOK: [first, gone, second].join(':') }, recorder);
    expect(callsOf(report)).toBe(CALLS);
    expect(recorders).toEqual([join(second, '1-2.recorder')]);
    expect(existsSync(gone)).toBe(false);
    expect(report.warnings.filter((text) => text.includes('recorder'))).toEqual([
      `recorders in another folder, no room in ${temporary}: 1`,
      `recorders in another folder, no such file or directory (ENOENT) in ${join(runtime, 'gone')}: 1`,
    ]);
  });
});
