import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const PROGRAM = join(import.meta.dirname, '../programs/attach/target.cjs');

/** A process that a test attaches to. Its inspector has a port of its own, so that tests may run beside each other. */
export class AttachTarget {
  private text = '';
  stderr = '';

  private constructor(readonly child: ChildProcess) {
    child.stdout!.setEncoding('utf8').on('data', (piece: string) => {
      this.text += piece;
    });
    child.stderr!.setEncoding('utf8').on('data', (piece: string) => {
      this.stderr += piece;
    });
  }

  static async start(
    works: readonly string[],
    {
      flags = ['--inspect-port=0'],
      env = {},
      node = process.execPath,
    }: { flags?: readonly string[]; env?: NodeJS.ProcessEnv; node?: string } = {},
  ): Promise<AttachTarget> {
    const child = spawn(node, [...flags, PROGRAM, ...works], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '', ...env },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const target = new AttachTarget(child);
    while (!target.text.includes('ready')) await once(child.stdout!, 'data');
    return target;
  }

  get pid(): number {
    return this.child.pid!;
  }

  get stdout(): string {
    return this.text;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** How often the program went round its timer since the last time. Never answers where its event loop does not go on. */
  async rounds(): Promise<number> {
    return Number(await this.ask('rounds', /rounds (\d+)\n/));
  }

  /** Loads the addon of test/programs/native-work. */
  async load(): Promise<void> {
    await this.ask('load', /(loaded)\n/);
  }

  /** Has it work. Gives the usable bytes that it has allocated, how many blocks, the growth of live bytes and of mapped ones. */
  async perform(...numbers: readonly number[]): Promise<readonly [number, number, number, number]> {
    return JSON.parse(await this.ask(`perform ${numbers.join(' ')}`, /performed (.*)\n/));
  }

  private async ask(command: string, answer: RegExp): Promise<string> {
    const from = this.text.length;
    this.child.stdin!.write(`${command}\n`);
    for (;;) {
      const found = answer.exec(this.text.slice(from))?.[1];
      if (found !== undefined) return found;
      await once(this.child.stdout!, 'data');
    }
  }

  get threads(): number {
    return readdirSync(`/proc/${this.pid}/task`).length;
  }

  get descriptors(): string[] {
    return readdirSync(`/proc/${this.pid}/fd`).sort();
  }

  /** Modules that are mapped, by path. */
  get modules(): string[] {
    const lines = readFileSync(`/proc/${this.pid}/maps`, 'utf8').split('\n');
    return [...new Set(lines.flatMap((line) => /(\/\S+\.(?:node|so)\S*)$/.exec(line)?.[1] ?? []))].sort();
  }
}
