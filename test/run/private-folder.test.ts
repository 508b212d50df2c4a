import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { canMount, runOnSmallFileSystems } from '../support/small-file-systems.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { builtModule } from '../support/workloads.js';

const ROOMY = '8m';

let temporary: string;
let runtime: string;
let working: string;
beforeEach(() => {
  const folder = temporaryFolder();
  [temporary, runtime, working] = ['tmp', 'run', 'cwd'].map((name) => join(folder, name)) as [string, string, string];
  for (const path of [temporary, runtime, working]) mkdirSync(path);
});

function made(sizes: readonly [string, string, string, string], { TMPDIR = temporary } = {}) {
  const program = `
    import { existsSync, lstatSync, readdirSync } from 'node:fs';
    import { PrivateFolder } from ${JSON.stringify(builtModule('run/private-folder.js'))};
    const folder = new PrivateFolder();
    const modes = folder.paths.map((path) => lstatSync(path).mode & 0o777);
    const held = folder.paths.flatMap((path) => readdirSync(path));
    folder.remove();
    const left = folder.paths.filter((path) => existsSync(path));
    console.log(JSON.stringify({ path: folder.path, paths: folder.paths, remark: folder.remark, modes, held, left }));`;
  const folders = [temporary, '/dev/shm', runtime, working];
  const { status, stdout, stderr } = runOnSmallFileSystems([process.execPath, '--input-type=module', '-e', program], {
    sizes: Object.fromEntries(folders.map((folder, index) => [folder, sizes[index]!])),
    cwd: working,
    env: { TMPDIR, XDG_RUNTIME_DIR: runtime },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const found = JSON.parse(stdout) as {
    path: string;
    paths: string[];
    remark: string | null;
    modes: number[];
    held: string[];
    left: string[];
  };
  expect({ held: found.held, left: found.left, first: found.paths[0] }).toEqual({
    held: [],
    left: [],
    first: found.path,
  });
  expect(new Set(found.modes)).toEqual(new Set([0o700]));
  return { parents: found.paths.map((path) => dirname(path)), remark: found.remark };
}

describe.skipIf(!canMount)('the private folder', () => {
  test('is in TMPDIR, and there is another in each other folder', () => {
    const { parents, remark } = made([ROOMY, ROOMY, ROOMY, ROOMY]);
    expect({ parents, remark }).toEqual({ parents: [temporary, '/dev/shm', runtime], remark: null });
  });

  test.each(['16k', '64k', '256k'])(
    'where TMPDIR is full, at %s, is in another folder, and names what is full',
    (size) => {
      const { parents, remark } = made([size, ROOMY, '16k', ROOMY]);
      expect(parents).toEqual(['/dev/shm', temporary, runtime]);
      expect(remark).toContain(
        `TMPDIR: no space left on device (ENOSPC) in ${temporary}, so what is temporary is in /dev/shm/`,
      );
    },
  );

  test('is elsewhere where TMPDIR does not exist', () => {
    const { parents, remark } = made([ROOMY, '16k', ROOMY, ROOMY], { TMPDIR: '/not/there' });
    expect(parents).toEqual([runtime, '/dev/shm']);
    expect(remark).toContain('TMPDIR: no such file or directory (ENOENT) in /not/there');
  });

  test('is in the working directory only where there is no room elsewhere', () => {
    expect(made(['16k', '16k', '16k', ROOMY]).parents[0]).toBe(working);
  });

  test('is in TMPDIR where no folder has room: some things can be measured without a recorder', () => {
    const { parents, remark } = made(['16k', '16k', '16k', '16k']);
    expect(parents).toEqual([temporary, '/dev/shm', runtime]);
    expect(remark).toBe(`TMPDIR: no space left on device (ENOSPC) in ${temporary}, nor is there room elsewhere`);
  });
});
