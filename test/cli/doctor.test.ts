import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SOURCE_NAMES } from '../../src/model/sources.js';
import { recorderFolder, shortLivedRecorderFolder } from '../../src/recorder/recorder-folder.js';
import { runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const WITHOUT_ADDON = { STAGEPROF_NO_ADDON: '1' };

describe('stageprof doctor', () => {
  test('names every source, its truth and its method, aligned', async () => {
    const { exitCode, stdout, stderr } = await runCli(['doctor', '--full']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(`  Node         ${process.version}\n`);
    const rows = stdout.split('\n').filter((line) => SOURCE_NAMES.some((name) => line.startsWith(`  ${name} `)));
    expect(rows).toHaveLength(SOURCE_NAMES.length);
    for (const row of rows) expect(row.slice(15)).toMatch(/^(exact|bounded|sampled|absent)/);
  });

  test.runIf(process.platform === 'linux')('says where the tracker is, and how to use it', async () => {
    const { stdout } = await runCli(['doctor', '--full']);
    expect(stdout).toMatch(
      /^ {2}tracker +found: \/.*libstageprof_tracker\.so\n +-> stageprof run -- node app\.js loads it/m,
    );
    const { stdout: json } = await runCli(['doctor', '--json']);
    const { tracker } = JSON.parse(json);
    expect(tracker).toMatchObject({
      available: true,
      method: expect.stringMatching(/^\//),
      advice: expect.any(String),
    });
  });

  test('wraps what it says to the width, and nothing with --full', async () => {
    const lines = async (...flags: string[]) => {
      const { stdout } = await runCli(['doctor', ...flags], { env: { COLUMNS: '80' } });
      // Paths of this machine may be longer.
      return stdout.split('\n').filter((line) => !line.includes('/'));
    };
    expect(Math.max(...(await lines()).map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(Math.max(...(await lines('--full')).map(({ length }) => length))).toBeGreaterThan(120);
  });

  test('says where recorders are, and where those of map are, if elsewhere', async () => {
    const shown = async (env: NodeJS.ProcessEnv) => {
      const { stdout } = await runCli(['doctor', '--full'], { env });
      return /^ {2}recorders +(.*)$/m.exec(stdout)?.[1];
    };
    const chosen = join(temporaryFolder(), 'recorders');
    expect(await shown({ STAGEPROF_DIR: chosen })).toMatch(new RegExp(`^in ${chosen}( \\(\\w+\\))?$`));
    const env = { STAGEPROF_DIR: '', XDG_RUNTIME_DIR: '' };
    const ofMap = shortLivedRecorderFolder(env);
    const elsewhere = ofMap === recorderFolder(env) ? '' : `, those of map in ${ofMap}`;
    expect(await shown(env)).toMatch(new RegExp(`^in ${recorderFolder(env)}( \\(\\w+\\))?${elsewhere}$`));
  });

  test('says what to do about a missing addon and all that needs it', async () => {
    const { exitCode, stdout } = await runCli(['doctor', '--full'], { env: WITHOUT_ADDON });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/addon +not loaded\n.*STAGEPROF_NO_ADDON\n +-> unset STAGEPROF_NO_ADDON\n/);
    expect(stdout).toMatch(/ gc +absent\n.*\n +-> needs the addon/);
  });

  test.each([
    ['with', {}, /exact here: .*gc.*native under stageprof run/],
    ['without', WITHOUT_ADDON, /missing: the addon, .*gc.*; first: unset STAGEPROF_NO_ADDON$/],
  ])('ends with a verdict in one line, %s the addon, which the JSON has too', async (_, env, expected) => {
    const { stdout } = await runCli(['doctor', '--full'], { env });
    const last = stdout.trimEnd().split('\n').at(-1)!;
    expect(last).toMatch(/^ {2}verdict +exact here: /);
    expect(last).toMatch(expected);
    const { verdict } = JSON.parse((await runCli(['doctor', '--format', 'json'], { env })).stdout);
    expect(last.endsWith(`  ${verdict}`)).toBe(true);
  });

  test.each([['--no-addons'], ['--permission']])('under %s names the flag, not an installation', async (flag) => {
    const isOld = !process.allowedNodeEnvironmentFlags.has('--permission');
    const permission = [isOld ? '--experimental-permission' : '--permission', '--allow-fs-read=*'];
    const nodeFlags = flag === '--permission' ? permission : [flag];
    const { exitCode, stdout } = await runCli(['doctor', '--full'], { nodeFlags });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/addon +not loaded\n.*\n +-> run Node without --no-addons .*--allow-addons/);
    expect(stdout).not.toContain('npm ci');
  });

  test.each([
    ['with', {}],
    ['without', WITHOUT_ADDON],
  ])('gives the same as JSON, %s the addon', async (_, env) => {
    const { exitCode, stdout } = await runCli(['doctor', '--json'], { env: { ...env, SLURM_JOB_ID: '7' } });
    expect(exitCode).toBe(0);
    const { machine, addon, sources } = JSON.parse(stdout);
    expect(machine).toMatchObject({ node: process.version, platform: process.platform, slurm: { SLURM_JOB_ID: '7' } });
    expect(Object.keys(sources)).toEqual([...SOURCE_NAMES]);
    expect(addon.available).toBe(!('STAGEPROF_NO_ADDON' in env) && addon.advice === undefined);
    for (const { truth, reason, method } of Object.values(sources) as Record<string, string | null>[]) {
      expect(truth === 'absent' ? reason : method).toEqual(expect.any(String));
    }
  });
});
