import { chmodSync, copyFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Finder, inspectProgram, thisFinder } from '../../src/preload/program-file.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let folder: string;
let finder: Finder;
beforeEach(() => {
  folder = temporaryFolder();
  finder = { ...thisFinder(process.env), searchPath: `/not/there:${folder}:/bin:/usr/bin` };
});

function put(name: string, text: string | Uint8Array, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

describe('a program', () => {
  test('is looked up in PATH, past files that cannot be executed', () => {
    put('sh', 'no program', 0o644);
    expect(inspectProgram('sh', finder)).toEqual({ state: 'trackable' });
    expect(inspectProgram('sh', { ...finder, searchPath: folder })).toMatchObject({ state: 'not executable' });
    expect(inspectProgram('sh', { ...finder, searchPath: '/not/there' })).toMatchObject({ state: 'not found' });
  });

  test('is looked up where libc does without a PATH', () => {
    expect(inspectProgram('sh', { ...finder, searchPath: undefined })).toEqual({ state: 'trackable' });
  });

  test('is not found where it is a folder, or has no name', () => {
    mkdirSync(join(folder, 'program'));
    expect(inspectProgram('program', finder)).toMatchObject({ state: 'not executable' });
    expect(inspectProgram('', finder)).toMatchObject({ state: 'not found' });
  });

  test('that is a file for node says how to run it', () => {
    const path = put('app.js', 'export {};', 0o644);
    expect(inspectProgram(path, finder)).toEqual({
      state: 'not executable',
      reason: `it is a module: stageprof run -- node ${path}`,
    });
    expect(inspectProgram(`${path}x`, finder)).toMatchObject({ state: 'not found' });
    put('app.js', '#!/bin/sh\n');
    expect(inspectProgram(path, finder)).toEqual({ state: 'trackable' });
  });

  test('that is TypeScript says what takes it', () => {
    const path = put('app.mts', 'export {};', 0o644);
    const { reason } = inspectProgram(path, finder) as { reason: string };
    const direct = `it is a module: stageprof run -- node ${path}`;
    const byTsx = /^it is a module, and Node \S+ takes no TypeScript.*stageprof run -- node --import tsx .*app\.mts$/;
    expect(reason).toEqual(
      (process.features as { typescript?: unknown }).typescript ? direct : expect.stringMatching(byTsx),
    );
  });

  test('that is a script is inspected at its interpreter', () => {
    put('inner', '#!/bin/sh\n');
    expect(inspectProgram(put('script', `#! ${join(folder, 'inner')} -x\n`), finder)).toEqual({ state: 'trackable' });
    expect(inspectProgram(put('env', '#!/usr/bin/env node\n'), finder)).toEqual({ state: 'trackable' });
    expect(inspectProgram(put('broken', '#!/not/there\n'), finder)).toMatchObject({
      state: 'not executable',
      reason: expect.stringContaining('/not/there'),
    });
  });

  test('that is its own interpreter is not followed for ever', () => {
    const path = join(folder, 'itself');
    expect(inspectProgram(put('itself', `#!${path}\n`), finder)).toEqual({ state: 'trackable' });
  });
});

describe('a program with other rights than the user who starts it', () => {
  test.each([
    [0o4755, { uid: 1, gid: 0 }, 'setuid'],
    [0o2755, { uid: 0, gid: 1 }, 'setgid'],
  ])('by mode %o ignores preloads', (mode, beyond, word) => {
    const path = join(folder, 'program');
    copyFileSync('/bin/sh', path);
    chmodSync(path, mode);
    // The kernel may have removed the bits.
    expect(statSync(path).mode & 0o7777).toBe(mode);
    expect(inspectProgram(path, finder)).toEqual({ state: 'trackable' });
    const { uid, gid } = statSync(path);
    const other = { uid: uid + beyond.uid, gid: gid + beyond.gid };
    expect(inspectProgram(path, { ...finder, ...other })).toEqual({
      state: 'ignores preloads',
      reason: `${path} is ${word}`,
    });
  });

  test('is trackable where the bit means locking', () => {
    const path = put('program', '', 0o2745);
    expect(inspectProgram(path, { ...finder, gid: statSync(path).gid + 1 })).toEqual({ state: 'trackable' });
  });
});

test('a program with another loader is told from one with that of this node, whatever the path of the loader', () => {
  expect(inspectProgram('sh', { ...finder, ownLoader: '/lib/ld-musl-x86_64.so.1' })).toMatchObject({
    state: 'other loader',
    reason: expect.stringContaining('ld-musl-x86_64.so.1'),
  });
  expect(inspectProgram('sh', { ...finder, ownLoader: `/elsewhere${finder.ownLoader}` })).toEqual({
    state: 'trackable',
  });
  expect(inspectProgram('sh', { ...finder, ownLoader: null })).toEqual({ state: 'trackable' });
});

// A file that has nothing but the path of its loader.
const programOn = (loader: string) => {
  const file = Buffer.alloc(256);
  const header = new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.set(header);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(3, 64);
  file.writeBigUInt64LE(120n, 72);
  file.writeBigUInt64LE(BigInt(loader.length + 1), 96);
  file.write(`${loader}\0`, 120);
  return file;
};

test.each([
  ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-musl-x86_64.so.1', 'trackable'],
  ['/lib/ld-linux-aarch64.so.1', '/lib/ld-musl-aarch64.so.1', 'trackable'],
  ['/lib/ld-linux-aarch64.so.1', '/lib/ld-musl-x86_64.so.1', 'other loader'],
  ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux.so.2', 'other loader'],
  ['/lib/ld-musl-x86_64.so.1', '/lib64/ld-linux-x86-64.so.2', 'other loader'],
])('where the tracker is loaded by %s, a program of %s is: %s', (ownLoader, loader, state) => {
  const path = put('program', programOn(loader));
  expect(inspectProgram(path, { ...finder, ownLoader })).toMatchObject({ state });
});
