import { Buffer } from '../host/buffer.js';
import { closeSync, constants, fstatSync, openSync, readSync } from '../host/files.js';
import { Math } from '../host/intrinsics.js';
import { recorderError } from '../model/errors.js';
import { systemFault } from '../os/system-fault.js';

/** Bytes of a recorder. Only what is asked for is read: the file may have gigabytes, mostly holes. */
export interface RecorderBytes {
  readonly size: number;
  /** Fewer bytes where the file ends before. */
  read(offset: number, length: number): Buffer;
}

export class BufferBytes implements RecorderBytes {
  constructor(private readonly buffer: Buffer) {}

  get size(): number {
    return this.buffer.length;
  }

  read(offset: number, length: number): Buffer {
    return this.buffer.subarray(offset, offset + length);
  }
}

/** An open file. Each read sees it as it is at that moment. */
export class FileBytes implements RecorderBytes {
  private readonly file: number;

  /** @throws {Error} `ERR_STAGEPROF_RECORDER` where the path cannot be read, or is no plain file */
  constructor(readonly path: string) {
    try {
      // Without O_NONBLOCK this would wait for the other end of a pipe.
      this.file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch (error) {
      throw recorderError(
        `${path}: cannot be read, ${systemFault(-((error as NodeJS.ErrnoException).errno ?? 0)).reason}`,
      );
    }
    const stats = fstatSync(this.file);
    if (stats.isFile()) return;
    closeSync(this.file);
    throw recorderError(`${path}: ${stats.isDirectory() ? 'is a folder, give a recorder in it' : 'no plain file'}`);
  }

  get size(): number {
    return fstatSync(this.file).size;
  }

  read(offset: number, length: number): Buffer {
    // Never more than the file has: its own numbers may not decide how much memory is taken.
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.size - offset)));
    let count = 0;
    while (count < bytes.length) {
      const read = readSync(this.file, bytes, count, bytes.length - count, offset + count);
      if (read === 0) break;
      count += read;
    }
    return bytes.subarray(0, count);
  }

  close(): void {
    closeSync(this.file);
  }
}

/** Opens a file for as long as `take` runs. @throws {Error} what `FileBytes` throws, or `take` */
export function withFile<T>(path: string, take: (file: FileBytes) => T): T {
  const file = new FileBytes(path);
  try {
    return take(file);
  } finally {
    file.close();
  }
}
