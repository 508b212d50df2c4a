// Package managers: how each installs, and how it starts node and the command of a package.
import { join } from 'node:path';

/**
 * @typedef {object} Manager
 * @property {string} name its package, or several
 * @property {Record<string, string>} [files] its settings, files of the project
 * @property {(tools: string) => string[]} program the command line of the manager
 * @property {(packages: string[]) => string[]} add
 * @property {(manager: string[]) => string[]} node
 * @property {(manager: string[]) => string[]} stageprof
 */

const inModules = () => [process.execPath, join('node_modules', 'stageprof', 'dist', 'cli', 'main.js')];
const npx = () => ['npx', '--no-install', 'stageprof'];
const ownNode = () => [process.execPath];
const berry = (tools) => [process.execPath, join(tools, 'node_modules/@yarnpkg/cli-dist/bin/yarn.js')];
const berrySettings = (linker) => ({
  '.yarnrc.yml': `nodeLinker: ${linker}\nenableGlobalCache: false\nenableTelemetry: false\nenableScripts: false\n`,
  // Without a lock file of its own, Yarn takes a folder above the project for the project.
  'yarn.lock': '',
});

/** @type {Record<string, Manager>} */
export const MANAGERS = {
  npm: {
    program: () => ['npm'],
    add: (packages) => ['install', '--ignore-scripts', ...packages],
    node: ownNode,
    stageprof: npx,
  },
  pnpm: {
    name: 'pnpm',
    program: (tools) => [join(tools, 'node_modules/.bin/pnpm')],
    add: (packages) => ['add', '--ignore-scripts', '--store-dir', './.store', ...packages],
    node: ownNode,
    stageprof: (manager) => [...manager, 'exec', 'stageprof'],
  },
  'yarn 1': {
    name: 'yarn',
    program: (tools) => [process.execPath, join(tools, 'node_modules/yarn/bin/yarn.js')],
    add: (packages) => ['add', '--ignore-scripts', '--no-progress', '--cache-folder', './.cache', ...packages],
    node: ownNode,
    // `yarn stageprof` loses all options before a `--`.
    stageprof: npx,
  },
  'yarn 4, node_modules': {
    name: '@yarnpkg/cli-dist',
    files: berrySettings('node-modules'),
    program: berry,
    add: (packages) => ['add', ...packages],
    node: ownNode,
    stageprof: (manager) => [...manager, 'stageprof'],
  },
  'yarn 4, Plug and Play': {
    name: '@yarnpkg/cli-dist',
    files: berrySettings('pnp'),
    program: berry,
    add: (packages) => ['add', ...packages],
    node: (manager) => [...manager, 'node'],
    stageprof: (manager) => [...manager, 'stageprof'],
  },
  bun: {
    name: '@oven/bun-linux-x64',
    program: (tools) => [join(tools, 'node_modules/@oven/bun-linux-x64/bin/bun')],
    add: (packages) => ['add', '--ignore-scripts', ...packages],
    node: ownNode,
    stageprof: inModules,
  },
};
