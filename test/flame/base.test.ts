import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mergeProfile } from '../../src/stacks/merge-profile.js';
import { writePprof } from '../../src/stacks/pprof-writer.js';
import { runCli } from '../support/run-cli.js';
import { jsFrame, liveProfile, sampledProfile } from '../support/stack-profile.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const cpu = () => sampledProfile([['scan', [jsFrame('read', 10)], 100]]);
const native = () => liveProfile([['scan', [jsFrame('read', 10)], 2 ** 20, 1]]);

async function folder(): Promise<string> {
  const cwd = temporaryFolder();
  const both = cpu();
  mergeProfile(both, native());
  for (const [name, profile] of Object.entries({ cpu: cpu(), native: native(), both })) {
    writeFileSync(join(cwd, `${name}.pb.gz`), await writePprof(profile));
  }
  return cwd;
}

test.each([
  ['live', 'cpu.pb.gz', 'native'],
  ['cpu', 'native.pb.gz', 'CPU'],
  ['lines', 'native.pb.gz', 'CPU'],
])('--type %s is refused where --base %s has no such stacks: all would seem new', async (type, base, kind) => {
  const args = ['flame', 'both.pb.gz', '--type', type, '--base', base];
  const { exitCode, stdout, lines } = await runCli(args, { cwd: await folder() });
  expect({ exitCode, stdout, lines }).toEqual({
    exitCode: 2,
    stdout: '',
    lines: [`stageprof: --base ${base}: it has no ${kind} stacks, which --type ${type} compares`],
  });
});

test.each([
  ['live', 'native.pb.gz'],
  ['cpu', 'cpu.pb.gz'],
])('--type %s is compared with %s', async (type, base) => {
  const args = ['flame', 'both.pb.gz', '--type', type, '--base', base];
  const { exitCode, stdout } = await runCli(args, { cwd: await folder() });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^\[scan\];read .* (\d+) \1\n$/);
});
