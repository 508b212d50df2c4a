import { type SpawnSyncReturns, spawnSync } from 'node:child_process';

/** Whether file systems can be mounted for a child process alone: for root, where the kernel lets it. */
export const canMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

export interface SmallFileSystems {
  /** Sizes as mount(8) takes them, by folder. A folder is there already. */
  readonly sizes: Readonly<Record<string, string>>;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** Runs a program that finds these file systems of memory, which no other process sees and which end with it. */
export function runOnSmallFileSystems(
  command: readonly string[],
  { sizes, env = {}, cwd }: SmallFileSystems,
): SpawnSyncReturns<string> {
  const mounts = Object.values(sizes).map((size, index) => `mount -t tmpfs -o size=${size} none "$${index + 1}"`);
  const folders = Object.keys(sizes);
  // `cd`: the working directory may be below what is mounted over.
  const script = [...mounts, `shift ${folders.length}`, 'cd "$PWD"', 'exec "$@"'].join(' && ');
  return spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', ...folders, ...command], {
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
}
