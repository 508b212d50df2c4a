import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.js';

/** Folders that only one run of `map` uses, and what it left in them. */
export class MapFolders {
  readonly folder = temporaryFolder();
  readonly records = join(this.folder, 'records');
  readonly recorders = join(this.folder, 'recorders');
  readonly temporary = join(this.folder, 'temporary');
  readonly log = join(this.folder, 'log');
  readonly env: Record<string, string>;

  constructor() {
    mkdirSync(this.temporary);
    this.env = { STAGEPROF_DIR: this.recorders, TMPDIR: this.temporary, RECORDS: this.records, LOG: this.log };
  }

  /** The recorders, temporary files and processes that are still there. */
  async left(): Promise<string[]> {
    const files = [this.recorders, this.temporary].flatMap((path) => (existsSync(path) ? readdirSync(path) : []));
    const unfinished = readdirSync(this.records).filter((name) => name.endsWith('.tmp'));
    const processes = await stillRunning(this.begun().map(({ pid }) => pid));
    return [...files, ...unfinished, ...processes.map((pid) => `process ${pid}`)];
  }

  /** Which process has begun which input, in order. */
  begun(): { pid: number; input: string }[] {
    if (!existsSync(this.log)) return [];
    const lines = readFileSync(this.log, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => ({ pid: Number.parseInt(line, 10), input: line.slice(line.indexOf(' ') + 1) }));
  }
}

/** Waits for the end of processes whose parent has ended, as long as a busy machine may need for it. */
async function stillRunning(pids: readonly number[]): Promise<number[]> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const running = pids.filter(isRunning);
    if (running.length === 0 || performance.now() > deadline) return running;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}
