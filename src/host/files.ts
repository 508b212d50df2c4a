/**
 * Functions of the file system as they were when the profiler was loaded, for code that runs inside somebody's program.
 * Those that read and write whole files are written here, because Node's own call `fs.openSync` and the like. A program
 * may have replaced these by then; one that counts what it opens would count the files of the profiler.
 */
import fs from 'node:fs';
import path from 'node:path';
import url from 'node:url';

// Constants, because a re-export would follow what a program puts in the place of the function.
export const accessSync = fs.accessSync;
export const closeSync = fs.closeSync;
export const existsSync = fs.existsSync;
export const fstatSync = fs.fstatSync;
export const lstatSync = fs.lstatSync;
export const mkdirSync = fs.mkdirSync;
export const openSync = fs.openSync;
export const readdirSync = fs.readdirSync;
export const readlinkSync = fs.readlinkSync;
export const readSync = fs.readSync;
export const renameSync = fs.renameSync;
export const rmdirSync = fs.rmdirSync;
export const statfsSync = fs.statfsSync;
export const statSync = fs.statSync;
export const unlinkSync = fs.unlinkSync;
export const writeSync = fs.writeSync;
export const constants = fs.constants;

export const { basename, dirname, extname, join, normalize, resolve } = path;
export const { basename: posixBasename, normalize: posixNormalize } = path.posix;
export const { fileURLToPath, pathToFileURL } = url;

const { alloc, concat } = Buffer;
const { latin1Slice, utf8Slice } = Buffer.prototype as unknown as {
  latin1Slice(this: Buffer, start: number, end: number): string;
  utf8Slice(this: Buffer, start: number, end: number): string;
};
const { apply } = Reflect;

const PIECE_BYTES = 64 * 1024;

/** A whole file as text, also one of /proc, whose size is known only at its end. */
export function readFileSync(path: string, encoding: 'latin1' | 'utf8'): string {
  const bytes = readBytes(path);
  return apply(encoding === 'utf8' ? utf8Slice : latin1Slice, bytes, [0, bytes.length]);
}

function readBytes(path: string): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const pieces: Buffer[] = [];
    for (;;) {
      const piece = alloc(PIECE_BYTES);
      let filled = 0;
      for (let read = -1; read !== 0 && filled < PIECE_BYTES; filled += read) {
        read = readSync(descriptor, piece, filled, PIECE_BYTES - filled, null);
      }
      pieces[pieces.length] = piece.subarray(0, filled);
      if (filled < PIECE_BYTES) return pieces.length === 1 ? pieces[0]! : concat(pieces);
    }
  } finally {
    closeSync(descriptor);
  }
}

export interface WriteOptions {
  /** Default: `w`. */
  readonly flag?: string;
  /** Default: 0o666. */
  readonly mode?: number;
}

export function writeFileSync(path: string, text: string, options?: WriteOptions): void {
  // Without the members that a program may have given all objects.
  const own = { __proto__: null, ...options } as WriteOptions;
  const { flag = 'w', mode = 0o666 } = own;
  const descriptor = openSync(path, flag, mode);
  try {
    writeAll(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}

const { from } = Buffer;

/** Waits where a pipe can take no more at once. */
export function writeAll(descriptor: number, text: string): void {
  const bytes = from(text, 'utf8');
  let waits = 0;
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || ++waits > MOST_WAITS) throw error;
      wait(WAIT_MS);
    }
  }
}

/** Ten seconds in all: nobody may ever read the pipe, and the program has to end. */
const WAIT_MS = 10;
const MOST_WAITS = 1000;

const nowhere = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
const { wait: waitFor } = Atomics;

function wait(ms: number): void {
  waitFor(nowhere, 0, 0, ms);
}
