import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Programs } from '../support/compiled-programs.js';
import { expectPackageWorks, expectStacks, expectThreadStacks } from '../support/expect-package.js';
import { nodeHeaders } from '../support/native-stages.js';
import { installInto, nodeOf, oldGlibc, root } from './platforms.js';

const missing = oldGlibc.missing();

describe.skipIf(missing !== null)(`on glibc 2.31${missing === null ? '' : ` (${missing})`}`, () => {
  const inside = `/project-${process.pid}`;
  const folder = join(oldGlibc.folder, inside);
  beforeAll(() => installInto(folder));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  // What is mounted is gone with its last program.
  const MOUNTS = 'mount -t proc proc "$0/proc"; mount --bind /dev "$0/dev"; exec chroot "$0" "$@"';
  const inChroot = (...command: string[]) => ['unshare', '--mount', 'sh', '-ec', MOUNTS, oldGlibc.folder, ...command];
  const preload = `LD_PRELOAD=${inside}/node_modules/stageprof/prebuilds/linux-x64/libstageprof_tracker.so`;

  // Its dlsym is in libdl, which sh is not linked with.
  test('a program that loads nothing runs under the tracker', () => {
    const [command, ...args] = inChroot('/usr/bin/env', preload, '/bin/sh', '-c', 'echo ran; exit 3');
    const { status, stdout, stderr } = spawnSync(command!, args, { encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 3, stdout: 'ran\n', stderr: '' });
  });

  const programs = new Programs(join(root, 'test', 'programs', 'stacks'));
  afterAll(() => programs[Symbol.dispose]());
  const lines = (process.env.STAGEPROF_LINES ?? '24').split(' ').filter((line) => existsSync(nodeOf('x64', line)));
  test.each(lines)(
    'the package works on Node %s',
    (line) => {
      const node = join(inside, `node-${line}`);
      cpSync(nodeOf('x64', line), join(folder, `node-${line}`));
      const installed = { folder, inside, node: inChroot(node), program: node };
      expectPackageWorks(installed);
      expectStacks(installed);
      const made = programs.compile('burning.c', 'burning.so', `-I${nodeHeaders()}`, '-DOLD_GLIBC');
      cpSync(made, join(folder, 'burning.so'));
      expectThreadStacks(installed, join(inside, 'burning.so'));
    },
    300_000,
  );
});
