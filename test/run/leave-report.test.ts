import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { report } from '../support/report-fixture.js';
import { canMount, runOnSmallFileSystems } from '../support/small-file-systems.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { builtModule } from '../support/workloads.js';

let out: string;
let temporary: string;
let working: string;
beforeEach(() => {
  const folder = temporaryFolder();
  [out, temporary, working] = ['out', 'tmp', 'cwd'].map((name) => join(folder, name)) as [string, string, string];
  for (const path of [out, temporary, working]) mkdirSync(path);
});

/** Leaves a report of 20 KB, where `own` is what the run itself has in the folder of the file. */
function leave(full: readonly string[], { own = false, taken = false } = {}) {
  const program = `
    import { existsSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
    import { leaveReports } from ${JSON.stringify(builtModule('run/leave-report.js'))};
    import { ReportFile } from ${JSON.stringify(builtModule('run/report-file.js'))};
    const [report, out, temporary, own, taken] = JSON.parse(process.argv[1]);
    const file = new ReportFile(out + '/report.json');
    writeFileSync(out + (own ? '/own' : '/other'), Buffer.alloc(60 * 1024));
    if (taken) writeFileSync(temporary + '/stageprof-' + process.pid + '.report.json', 'precious');
    const said = [];
    leaveReports(file, [report], { free: () => rmSync(out + '/own', { force: true }), say: (line) => said.push(line) });
    const path = / is in (.*)$/.exec(said[0] ?? '')?.[1] ?? out + '/report.json';
    const isThere = existsSync(path);
    const mode = isThere ? lstatSync(path).mode & 0o777 : null;
    const precious = taken ? readFileSync(temporary + '/stageprof-' + process.pid + '.report.json', 'utf8') : null;
    console.log(JSON.stringify({ said, path, mode, precious, text: isThere ? readFileSync(path, 'utf8') : null }));`;
  const large = report({ warnings: ['x'.repeat(20_000)] });
  const { status, stdout, stderr } = runOnSmallFileSystems(
    [process.execPath, '--input-type=module', '-e', program, JSON.stringify([large, out, temporary, own, taken])],
    {
      sizes: Object.fromEntries([out, temporary, '/dev/shm', working].map((at) => [at, sizeOf(at, full)])),
      cwd: working,
      env: { TMPDIR: temporary },
    },
  );
  expect(status).toBe(0);
  const found = JSON.parse(stdout) as {
    said: string[];
    path: string;
    mode: number | null;
    precious: string | null;
    text: string | null;
  };
  return { ...found, stderr, line: `${JSON.stringify(large)}\n` };
}

/** The file system of `out` is filled by files beside the report. */
const sizeOf = (folder: string, full: readonly string[]) =>
  folder === out ? '72k' : full.includes(folder) ? '16k' : '1m';

describe.skipIf(!canMount)('a report whose file has no room', () => {
  test('is written once the run has freed its own room', () => {
    const { said, text, line, stderr } = leave([], { own: true });
    expect({ said, text, stderr }).toEqual({ said: [], text: line, stderr: '' });
  });

  test.each([
    ['the folder for temporary files', 0],
    ['memory, where that is full too', 1],
    ['the working directory, where all are', 2],
  ])('is in %s, for this user only, and says so', (_what, index) => {
    const folders = [temporary, '/dev/shm', working];
    const { said, path, mode, text, line, stderr } = leave(folders.slice(0, index));
    expect(path).toMatch(new RegExp(`^${folders[index]}/stageprof-\\d+\\.report\\.json$`));
    expect({ text, mode, stderr }).toEqual({ text: line, mode: 0o600, stderr: '' });
    expect(said).toEqual([
      `--out ${out}/report.json: cannot be written, no space left on device (ENOSPC): the report is in ${path}`,
    ]);
  });

  test('never overwrites a file that is there', () => {
    const { path, precious } = leave([], { taken: true });
    expect(precious).toBe('precious');
    expect(path).toMatch(/^\/dev\/shm\//);
  });

  test('where no other folder has room either, is one line on stderr', () => {
    const { said, stderr, line } = leave([temporary, '/dev/shm', working]);
    expect(said).toEqual([
      expect.stringMatching(/\(ENOSPC\), nor can a file in another folder: the report is the next line$/),
    ]);
    expect(stderr).toBe(line);
  });
});
