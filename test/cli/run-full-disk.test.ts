import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { MAIN } from '../support/run-cli.js';
import { canMount, runOnSmallFileSystems } from '../support/small-file-systems.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { PACKAGE } from '../support/workloads.js';

const LABELS = 120;

/** Opens many labels, fills the folders that it is given, and exits with 7. */
const PROGRAM = `
  import { activeProfiler } from ${JSON.stringify(PACKAGE)};
  import { writeFileSync } from 'node:fs';
  for (let i = 0; i < ${LABELS}; i++) activeProfiler().stage('label' + i, () => {});
  for (const folder of process.argv.slice(2)) {
    for (let bytes = 2 ** 24, part = 0; bytes >= 4096; bytes /= 2) {
      try { writeFileSync(folder + '/fill' + part++, Buffer.alloc(bytes)); } catch {}
    }
  }
  console.log('its own');
  process.exitCode = 7;`;

let folder: string;
let program: string;
let temporary: string;
let results: string;
beforeEach(() => {
  folder = temporaryFolder();
  program = join(folder, 'labels.mjs');
  temporary = join(folder, 'tmp');
  results = join(folder, 'results');
  for (const path of [temporary, results]) mkdirSync(path);
  writeFileSync(program, PROGRAM);
});

/**
 * Runs the program under `run --out` with folders as small as given, and gives what is in them afterwards, by path.
 *
 * @param fills folders that the program fills
 */
function run(sizes: Readonly<Record<string, string>>, out: string, fills: readonly string[] = []) {
  const copies = join(folder, 'copies');
  mkdirSync(copies);
  // The file systems are gone with the last process in their namespace.
  const script = `cd ${results}; "$@"; code=$?; for file in $(find /dev/shm "$TMPDIR" ${results} -type f ! -name 'fill*'); do cp "$file" "$COPIES/$(echo "$file" | tr / %)"; done; ls -A /dev/shm "$TMPDIR" >"$COPIES/names"; exit $code`;
  const command = [process.execPath, MAIN, 'run', '--out', out, '--', process.execPath, program, ...fills];
  const { status, stdout, stderr } = runOnSmallFileSystems(['sh', '-c', script, 'sh', ...command], {
    sizes,
    env: { TMPDIR: temporary, XDG_RUNTIME_DIR: '', COPIES: copies },
  });
  const fileAt = (path: string) => JSON.parse(readFileSync(join(copies, path.replaceAll('/', '%')), 'utf8')) as Report;
  return { status, stdout, stderr, fileAt, names: readFileSync(join(copies, 'names'), 'utf8') };
}

const AS_IT_IS = { status: 7, stdout: 'its own\n' };

describe.skipIf(!canMount)('stageprof run where folders are full', () => {
  test.each(['16k', '64k', '256k'])('with %s in TMPDIR, run has its temporary files elsewhere, and says so', (size) => {
    const out = join(results, 'report.json');
    const { status, stdout, stderr, fileAt, names } = run({ [temporary]: size, '/dev/shm': '64m' }, out);
    expect({ status, stdout }).toEqual(AS_IT_IS);
    expect(stderr).toContain(
      `TMPDIR: no space left on device (ENOSPC) in ${temporary}, so what is temporary is in /dev/shm/`,
    );
    expect(fileAt(out).stages).toHaveLength(LABELS);
    expect(names).not.toContain('stageprof-run');
  });

  test('a report that finds no room at --out is in another folder, and one line says where and why', () => {
    const out = join(results, 'report.json');
    const { status, stdout, stderr, fileAt } = run({ [results]: '1m', '/dev/shm': '64m' }, out, [results]);
    expect({ status, stdout }).toEqual(AS_IT_IS);
    const [line, path = ''] = /^stageprof: --out .*: the report is in (.*)$/m.exec(stderr) ?? [];
    expect(line).toContain(`${out}: cannot be written, no space left on device (ENOSPC)`);
    expect(path).toMatch(new RegExp(`^${temporary}/stageprof-\\d+\\.report\\.json$`));
    expect(fileAt(path).stages).toHaveLength(LABELS);
  });
});
