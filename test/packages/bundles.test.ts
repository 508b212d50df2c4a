import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUNDLERS, LIBRARIES, PROGRAM } from './bundlers.js';
import { Project, root } from './project.js';

/** Those that the repository has. All others are run by `npm run test:packages`. */
const HERE = ['esbuild', 'rolldown'] as const;

const IN_BUNDLE = /^the program is a bundle.*mark stageprof as external/;

let project: Project;
beforeAll(() => {
  project = new Project().unpack();
  for (const [name, text] of Object.entries({ ...LIBRARIES, ...PROGRAM })) project.write(name, text);
  project.write('nothing.js', "import 'stageprof';\nimport 'stageprof/null';\nexport {};\n");
  project.write(
    'stacks.js',
    `import { StageProfiler } from 'stageprof';
const profiler = new StageProfiler({ stacks: ['cpu'] });
profiler.stage('a', () => {});
process.stdout.write(JSON.stringify(profiler.report().sources.cpu_stacks));
profiler.close();\n`,
  );
  project.write('register.js', "import 'stageprof/register';\n");
});
afterAll(() => project.remove());

describe.each(HERE)('%s', (bundler) => {
  async function bundle(
    entry: string,
    options: { format?: 'esm' | 'cjs'; platform?: 'node' | 'browser'; isExternal?: boolean },
  ) {
    const { format = 'esm', platform = 'node', isExternal = false } = options;
    const out = `${bundler}-${format}-${platform}-${isExternal}/${entry.replace('.js', format === 'cjs' ? '.cjs' : '.js')}`;
    await BUNDLERS[bundler]!({ folder: project.folder, entry, out, format, platform, isExternal }, root);
    return join(project.folder, out);
  }
  const sizeOf = async (entry: string, platform: 'node' | 'browser') =>
    statSync(await bundle(entry, { platform })).size;
  const run = (path: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...args, path], {
      cwd: project.folder,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${path} failed: ${stderr}`);
    return { stderr, ...JSON.parse(stdout) };
  };

  test('a library with the null profiler grows by less than 1,000 bytes, for browsers too', async () => {
    for (const platform of ['browser', 'node'] as const) {
      const growth = (await sizeOf('with-null.js', platform)) - (await sizeOf('without.js', platform));
      expect(growth).toBeGreaterThan(100);
      expect(growth).toBeLessThan(1000);
    }
    expect(readFileSync(await bundle('with-null.js', { platform: 'browser' }), 'utf8')).not.toMatch(/import|node:/);
  });

  test('it grows as little if it takes the null profiler from the whole package', async () => {
    expect((await sizeOf('with-main.js', 'node')) - (await sizeOf('without.js', 'node'))).toBeLessThan(1000);
  });

  test('what nobody uses is left out, except that register installs a profiler', async () => {
    expect(readFileSync(await bundle('nothing.js', {}), 'utf8')).not.toContain('stage');
    expect(statSync(await bundle('register.js', {})).size).toBeGreaterThan(50_000);
  });

  test.each(['esm', 'cjs'] as const)(
    'a bundle (%s) with the profiler runs, and says what to mark external',
    async (format) => {
      expect(run(await bundle('program.js', { format }))).toMatchObject({
        calls: 3,
        available: false,
        reason: expect.stringMatching(IN_BUNDLE),
        stderr: '',
      });
    },
  );

  test.each(['esm', 'cjs'] as const)('a bundle (%s) says why it samples no stacks', async (format) => {
    expect(run(await bundle('stacks.js', { format }))).toMatchObject({
      truth: 'absent',
      reason: expect.stringMatching(IN_BUNDLE),
      stderr: '',
    });
  });

  test.each(['esm', 'cjs'] as const)('a bundle (%s) with stageprof outside has the addon', async (format) => {
    const path = await bundle('program.js', { format, isExternal: true });
    expect(statSync(path).size).toBeLessThan(1500);
    if (format === 'cjs' && !process.features.require_module) return;
    expect(run(path)).toMatchObject({ calls: 3, available: true, threadCpu: expect.any(Number), stderr: '' });
  });

  test('the stages of a bundle are those of the profiler that run installs', async () => {
    const cli = join(project.folder, 'node_modules/stageprof/dist/cli/main.js');
    const out = join(project.folder, `${bundler}-report.json`);
    const path = await bundle('program.js', {});
    const args = [cli, 'run', '--out', out, '--', process.execPath, path];
    expect(spawnSync(process.execPath, args, { cwd: project.folder }).status).toBe(0);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({
      native_memory_traced: true,
      stages: [{ stage: 'active', calls: 1 }],
    });
  });
});
