import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changed, type Edit, ROOT } from './worked-example.js';

/** What a build reads. The dependencies are linked. */
const COPIED = ['package.json', 'tsconfig.json', 'binding.gyp', 'src', 'native', 'docs'];

/** A copy of the sources in a temporary folder, where a worked example is done and built. */
export class RepositoryCopy implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'stageprof-copy-'));

  constructor() {
    for (const name of COPIED) cpSync(join(ROOT, name), join(this.folder, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(this.folder, 'node_modules'));
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  apply(edits: readonly Edit[]): void {
    for (const edit of edits) {
      const path = join(this.folder, edit.path);
      if (edit.isNew === existsSync(path)) throw new Error(`${edit.path} ${edit.isNew ? 'exists' : 'does not exist'}`);
      const text = edit.isNew ? edit.lines.join('\n') : changed(readFileSync(path, 'utf8'), edit);
      writeFileSync(path, text);
    }
  }

  /** Compiles the TypeScript, and makes the schema and the pages that come from tables. */
  build(): void {
    this.run(join(ROOT, 'node_modules', '.bin', 'tsc'));
    this.run(process.execPath, 'docs/generate.js', '--schema', 'dist/schema.json');
    this.run(process.execPath, 'docs/generate.js');
  }

  /** Takes the addon and the tracker of the repository: for an example that leaves native/ as it is. */
  useBuiltAddon(): void {
    for (const name of ['build', 'prebuilds']) {
      if (existsSync(join(ROOT, name))) symlinkSync(join(ROOT, name), join(this.folder, name));
    }
  }

  /** Compiles the addon, without the tracker. */
  buildAddon(): void {
    this.run(join(ROOT, 'node_modules', '.bin', 'node-gyp'), 'configure');
    this.run('make', '-C', 'build', '-j', '2', 'BUILDTYPE=Release', 'stageprof');
  }

  /** Runs a program that must end with 0, in the folder; returns what it printed. */
  run(command: string, ...args: string[]): string {
    const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: this.folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${[command, ...args].join(' ')}: ${error?.message ?? stdout + stderr}`);
    return stdout;
  }

  /** Runs its command line. */
  stageprof(...args: string[]): string {
    return this.run(process.execPath, 'dist/cli/main.js', ...args);
  }

  /** Writes a program beside `dist/`; returns its name. */
  program(name: string, lines: readonly string[]): string {
    writeFileSync(join(this.folder, name), lines.join('\n'));
    return name;
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }
}
