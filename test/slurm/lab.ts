import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';

const SCRIPTS = import.meta.dirname;
/** The time limit of a script. It is long, since `apt-get` may have to install a database. */
const UP_MS = 600_000;

export interface LabOptions {
  /** How many tasks of one CPU run at once. */
  readonly cpus: number;
}

/** A Slurm of one node on this machine, in its own folder. */
export class SlurmLab {
  private constructor(
    readonly folder: string,
    private readonly asRoot: readonly string[],
  ) {}

  /** @returns the lab, or one line that says why there is none */
  static async up({ cpus }: LabOptions): Promise<SlurmLab | string> {
    const asRoot = rootPrefix();
    if (asRoot === undefined) return 'it needs root, or sudo without a password';
    // The script makes it as root and not in $TMPDIR: munge refuses a socket below a folder that another user owns, or
    // that others may write to and that is not sticky.
    const folder = `/tmp/stageprof-slurm-${randomBytes(8).toString('hex')}`;
    const lab = new SlurmLab(folder, asRoot);
    const install = process.env.INSTALL ?? '0';
    const variables = [`LAB=${folder}`, `PORT=${await freePorts()}`, `CPUS=${cpus}`, `INSTALL=${install}`];
    const { status, error, stderr } = lab.#script('up.sh', variables);
    if (status === 0) return lab;
    lab.down();
    const reason = error?.message ?? stderr.trim().split('\n').at(-1) ?? `up.sh exits with ${status}`;
    return install === '1' ? reason : `${reason} (INSTALL=1 installs what is missing)`;
  }

  /** Ends the jobs and daemons, and removes the folder. */
  down(): void {
    this.#script('down.sh', [`LAB=${this.folder}`], ['--wipe']);
  }

  get env(): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('SLURM_'));
    return { ...Object.fromEntries(inherited), SLURM_CONF: join(this.folder, 'etc', 'slurm.conf') };
  }

  /** Runs a command of Slurm. @throws {Error} if the command fails */
  run(command: string, args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): string {
    const env = { ...this.env, ...options.env };
    return output(command, spawnSync(command, args, { ...options, encoding: 'utf8', env }));
  }

  /** Waits until a job has left the queue and is in the accounting. */
  await(job: string, seconds: number): void {
    this.run('bash', [join(SCRIPTS, 'await.sh'), job, String(seconds)]);
  }

  #script(name: string, variables: readonly string[], args: readonly string[] = []): SpawnSyncReturns<string> {
    const [command, ...before] = [...this.asRoot, 'env', ...variables, 'bash', join(SCRIPTS, name), ...args];
    return spawnSync(command!, before, { encoding: 'utf8', timeout: UP_MS, stdio: ['ignore', 'inherit', 'pipe'] });
  }
}

function output(command: string, { error, status, signal, stdout, stderr }: SpawnSyncReturns<string>): string {
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ends with ${signal ?? status}: ${stderr}${stdout}`);
  return stdout;
}

/** What to put before a command so that root runs it; undefined if there is nothing. */
function rootPrefix(): string[] | undefined {
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined;
}

/** The first of three consecutive ports on which nobody listens, for the daemons. */
async function freePorts(): Promise<number> {
  for (let port = 21_000 + (process.pid % 1000) * 3; port < 32_000; port += 3) {
    const areFree = await Promise.all([0, 1, 2].map((offset) => isFree(port + offset)));
    if (areFree.every(Boolean)) return port;
  }
  throw new Error('Expected three free ports from 21000 to 32000');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
