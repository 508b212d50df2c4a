/** The outputs that the pages show, each with the commands that print it. */
import { demo, full, stageprof, withQueue, withService } from './commands.js';
import { blockFrom, without } from './excerpts.js';

/**
 * @typedef {object} Output
 * @property {string} page
 * @property {(workspace: import('./workspace.js').Workspace) => Promise<string>} print
 */

/** @type {Readonly<Record<string, Output>>} */
export const OUTPUTS = {
  demo: {
    page: 'README.md',
    async print(workspace) {
      const { stdout } = await demo(workspace, 'results');
      return without(stdout, ['sources', 'left out', 'warnings']);
    },
  },
  run: {
    page: 'docs/run.md',
    async print(workspace) {
      const { stderr } = await stageprof(workspace, ['run', ...full(workspace), '--', 'node', 'report.js']);
      return without(stderr, ['sources']);
    },
  },
  processes: {
    page: 'docs/run.md',
    async print(workspace) {
      const { stderr } = await stageprof(workspace, [
        'run',
        ...full(workspace),
        '--',
        'sh',
        '-c',
        'node server.js; true',
      ]);
      return blockFrom(stderr, /^pid /m);
    },
  },
  doctor: {
    page: 'docs/run.md',
    async print(workspace) {
      return (await stageprof(workspace, ['doctor', ...full(workspace)])).stdout;
    },
  },
  map: {
    page: 'docs/map.md',
    async print(workspace) {
      const inputs = ['moby', 'empty', 'walden', 'middlemarch'];
      const args = ['map', 'words.js', ...inputs, '--profile', ...full(workspace)];
      // One input fails, as the page says.
      const { stdout, stderr } = await stageprof(workspace, args, { exitCode: 1 });
      const said = stderr.split('\n').filter((line) => line.startsWith('stageprof: '));
      return `${said.join('\n')}\n\n${without(stdout, ['sources', 'warnings'])}`;
    },
  },
  worst: {
    page: 'docs/summarize.md',
    async print(workspace) {
      await stageprof(workspace, ['map', 'words.js', 'moby', 'walden', 'middlemarch', '--profile']);
      const { stdout } = await stageprof(workspace, ['summarize', 'results', ...full(workspace)]);
      return without(stdout, ['sources', 'warnings']);
    },
  },
  growth: {
    page: 'docs/summarize.md',
    async print(workspace) {
      const inputs = Array.from({ length: 40 }, (_, index) => `${index + 1}`);
      await stageprof(workspace, ['map', 'keep.js', ...inputs, '--profile']);
      const { stdout } = await stageprof(workspace, ['summarize', 'results', ...full(workspace)]);
      return blockFrom(stdout, /^resident memory grows/m);
    },
  },
  compare: {
    page: 'docs/compare.md',
    async print(workspace) {
      for (const outdir of ['before', 'after']) await demo(workspace, outdir);
      const top = ['--metric', 'cpu_s', '--top', '4'];
      return (await stageprof(workspace, ['compare', 'before', 'after', ...top, ...full(workspace)])).stdout;
    },
  },
  attach: {
    page: 'docs/attach.md',
    async print(workspace) {
      return await withQueue(workspace, async (pid) => {
        const seconds = workspace.isShort ? '2' : '10';
        const args = ['attach', `${pid}`, '--for', seconds, '--stacks', 'cpu,native'];
        const { stdout } = await stageprof(workspace, [...args, ...full(workspace)]);
        // Stacks are another block: which of them are told depends on the moment.
        const blocks = stdout.split('\n\n').filter((block) => !/^(cpu|live|js alloc) /.test(block));
        return without(blocks.join('\n\n'), ['sources', 'left out']);
      });
    },
  },
  watch: {
    page: 'docs/recorder.md',
    async print(workspace) {
      return await withService(workspace, async (pid) => {
        const { stdout } = await stageprof(workspace, ['watch', `${pid}`, ...full(workspace)], { until: /^total /m });
        return without(stdout, ['sources', 'warnings']);
      });
    },
  },
  postmortem: {
    page: 'docs/recorder.md',
    async print(workspace) {
      await withService(workspace, async () => {});
      const { stdout } = await stageprof(workspace, ['postmortem', 'service.recorder', ...full(workspace)]);
      return without(stdout, ['sources', 'warnings']);
    },
  },
};
