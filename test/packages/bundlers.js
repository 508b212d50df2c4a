// What each bundler makes of a program: the short form in the suite, and all of them in run.js, use the same list.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * @typedef {object} Job
 * @property {string} folder
 * @property {string} entry a file of the folder
 * @property {string} out path in the folder of the one file to write
 * @property {'esm' | 'cjs'} format
 * @property {'node' | 'browser'} platform
 * @property {boolean} isExternal whether stageprof is left out of the bundle
 */

/** @returns a function that imports packages which the folder, or a folder above it, has */
function importerOf(folder) {
  const require = createRequire(join(folder, 'package.json'));
  return (name) => import(pathToFileURL(require.resolve(name)).href);
}

const STAGEPROF = /^stageprof($|\/)/;

/** @type {Record<string, (job: Job, folder: string) => Promise<unknown>>} by name, each with the folder that has the bundler */
export const BUNDLERS = {
  async esbuild({ folder, entry, out, format, platform, isExternal }, tools) {
    const { build } = await importerOf(tools)('esbuild');
    await build({
      entryPoints: [join(folder, entry)],
      outfile: join(folder, out),
      bundle: true,
      minify: true,
      format,
      platform,
      external: isExternal ? ['stageprof'] : [],
      // It warns of import.meta in CommonJS.
      logLevel: 'error',
    });
  },

  async rolldown({ folder, entry, out, format, platform, isExternal }, tools) {
    const { build } = await importerOf(tools)('rolldown');
    await build({
      input: join(folder, entry),
      platform,
      external: isExternal ? [STAGEPROF] : [],
      output: { file: join(folder, out), format, minify: true, codeSplitting: false },
      logLevel: 'silent',
    });
  },

  async rollup({ folder, entry, out, format, platform, isExternal }, tools) {
    const load = importerOf(tools);
    const { rollup } = await load('rollup');
    const { default: nodeResolve } = await load('@rollup/plugin-node-resolve');
    const { default: commonjs } = await load('@rollup/plugin-commonjs');
    const { default: terser } = await load('@rollup/plugin-terser');
    const bundle = await rollup({
      input: join(folder, entry),
      external: (id) => id.startsWith('node:') || (isExternal && STAGEPROF.test(id)),
      plugins: [nodeResolve({ preferBuiltins: platform === 'node' }), commonjs(), terser()],
      onLog: () => {},
    });
    await bundle.write({ file: join(folder, out), format, inlineDynamicImports: true });
  },

  async vite({ folder, entry, out, format, platform, isExternal }, tools) {
    const { build } = await importerOf(tools)('vite');
    await build({
      root: folder,
      configFile: false,
      logLevel: 'silent',
      ...(platform === 'node' ? { ssr: { noExternal: true, external: isExternal ? ['stageprof'] : [] } } : {}),
      build: {
        ...(platform === 'node' ? { ssr: true } : {}),
        lib: { entry: join(folder, entry), formats: [format] },
        outDir: join(folder, out, '..'),
        emptyOutDir: false,
        minify: true,
        rollupOptions: {
          external: isExternal ? [STAGEPROF] : [],
          output: { entryFileNames: out.slice(out.lastIndexOf('/') + 1) },
        },
      },
    });
  },

  async webpack({ folder, entry, out, format, platform, isExternal }, tools) {
    const { default: webpack } = await importerOf(tools)('webpack');
    const isModule = format === 'esm';
    const file = { path: join(folder, out, '..'), filename: out.slice(out.lastIndexOf('/') + 1) };
    const config = {
      mode: 'production',
      context: folder,
      entry: join(folder, entry),
      target: platform === 'node' ? 'node20' : ['web', 'es2022'],
      output: { ...file, module: isModule, library: { type: isModule ? 'module' : 'commonjs2' } },
      experiments: { outputModule: isModule },
      externals: isExternal ? [{ stageprof: isModule ? 'module stageprof' : 'commonjs stageprof' }] : [],
    };
    await new Promise((resolve, reject) => {
      webpack(config, (error, stats) => {
        if (error) reject(error);
        else if (stats.hasErrors()) reject(new Error(stats.toString({ all: false, errors: true })));
        else resolve(undefined);
      });
    });
  },
};

/** Libraries of a function each, without stages and with stages that nobody measures. */
export const LIBRARIES = {
  'without.js': 'export async function work(x) { return [x, x * 2]; }\n',
  'with-null.js': `import { nullProfiler } from 'stageprof/null';
export async function work(x, { profiler = nullProfiler } = {}) { return profiler.stage('work', () => [x, x * 2]); }\n`,
  'with-main.js': `import { nullProfiler } from 'stageprof';
export async function work(x, { profiler = nullProfiler } = {}) { return profiler.stage('work', () => [x, x * 2]); }\n`,
};

/** Prints what it could measure, as JSON. */
export const PROGRAM = {
  'program.js': `import { activeProfiler, capabilities, StageProfiler } from 'stageprof';
const profiler = new StageProfiler();
for (let i = 0; i < 3; i++) profiler.stage('a', () => 'x'.repeat(i));
activeProfiler().stage('active', () => {});
profiler.close();
const { stages, sources } = profiler.report();
const { available, reason } = capabilities().addon;
process.stdout.write(JSON.stringify({ calls: stages[0].calls, threadCpu: stages[0].thread_cpu_s, native: sources.native, available, reason }));\n`,
};
