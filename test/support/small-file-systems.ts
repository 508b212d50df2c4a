import { type SpawnSyncReturns, spawnSync } from 'node:child_process';

/** Whether this process may mount a file system for a child alone. It needs root and a kernel that allows it. */
export const canMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

export interface SmallFileSystems {
  /** Sizes as mount(8) takes them, by folder. The folders must exist. */
  readonly sizes: Readonly<Record<string, string>>;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** Runs a program with these file systems in memory. No other process sees them, and they end with the program. */
export function runOnSmallFileSystems(
  command: readonly string[],
  { sizes, env = {}, cwd }: SmallFileSystems,
): SpawnSyncReturns<string> {
  const mounts = Object.values(sizes).map((size, index) => `mount -t tmpfs -o size=${size} none "$${index + 1}"`);
  const folders = Object.keys(sizes);
  // `cd` because a mount may now cover the working directory.
  const script = [...mounts, `shift ${folders.length}`, 'cd "$PWD"', 'exec "$@"'].join(' && ');
  return spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', ...folders, ...command], {
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
}
