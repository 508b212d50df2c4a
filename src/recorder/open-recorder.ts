import { unlinkSync } from '../host/files.js';
import { Set } from '../host/intrinsics.js';
import { recorderError } from '../model/errors.js';
import type { RecorderChoice } from '../model/options.js';
import { type Binding, type NativeRecorder, NO_EXTERNAL_BUFFERS } from '../native/addon.js';
import { loadBinding } from '../native/load-addon.js';
import { systemFault } from '../os/system-fault.js';
import { ROW_BYTES } from '../store/row-store.js';
import { type Geometry, geometry, HEAD_BYTES } from './format.js';
import { Recorder } from './recorder.js';
import { RecorderFile } from './recorder-file.js';
import { isBoundToFolder, RecorderPaths } from './recorder-paths.js';

/** What the caller can put right: the path is at fault, and not this machine. */
const MISTAKES: ReadonlySet<string> = new Set([
  'EEXIST',
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'EACCES',
  'EPERM',
  'EROFS',
  'ELOOP',
  'ENAMETOOLONG',
]);

/** A recorder, or why there is none. The reason names the folder: with the file it would differ from input to input. */
export type OpenedRecorder = { readonly recorder: Recorder } | { readonly recorder: null; readonly reason: string };

/**
 * Makes the recorder of a profiler. Where this machine cannot have one, that is no error: the profiler runs in memory.
 *
 * @param maxRows most rows there will be
 * @throws {Error} `ERR_STAGEPROF_RECORDER` for a chosen path that is taken, or where no file can be made
 */
export function openRecorder(choice: RecorderChoice, maxRows: number): OpenedRecorder {
  const { binding, missing } = loadBinding();
  if (binding === null) return { recorder: null, reason: missing };
  const paths = new RecorderPaths(choice);
  const sizes = geometry(maxRows, 0, choice.small);
  try {
    for (let path = paths.next(); path !== undefined; path = paths.next()) {
      const made = makeFile(binding, path, sizes);
      if (typeof made === 'object') {
        const file = new RecorderFile(path, paths, made.native);
        return { recorder: new Recorder(file, choice.keep, made.header, sizes) };
      }
      if (made === undefined) return { recorder: null, reason: 'the thread is being terminated' };
      if (made === NO_EXTERNAL_BUFFERS) return { recorder: null, reason: NO_BUFFERS };
      const { code, reason } = systemFault(made);
      if (paths.isChosen && MISTAKES.has(code)) throw recorderError(mistakeMessage(path, code, reason));
      paths.failed(path, made);
      if (!isBoundToFolder(made)) break;
    }
  } catch (error) {
    if (paths.isChosen) throw error;
    return { recorder: null, reason: (error as Error).message };
  }
  return { recorder: null, reason: paths.reason };
}

interface MadeFile {
  readonly native: NativeRecorder;
  readonly header: ArrayBuffer;
}

/** Without a file an errno or `NO_EXTERNAL_BUFFERS`, or undefined while the thread is being terminated. */
function makeFile(binding: Binding, path: string, sizes: Geometry): MadeFile | number | undefined {
  const native = binding.recorderOpen(path, sizes.rows_offset + sizes.row_capacity * ROW_BYTES);
  if (typeof native !== 'object') return native;
  const header = native.expose(0, HEAD_BYTES);
  if (typeof header === 'object') return { native, header };
  native.close();
  // It is certain to be ours: this process has just made it.
  unlinkSync(path);
  return header;
}

const NO_BUFFERS = 'this build of Node forbids memory that V8 has not allocated (its sandbox)';

function mistakeMessage(path: string, code: string, reason: string): string {
  if (code === 'EEXIST') return `${path} exists already: a recorder is never written over, choose another path`;
  return `${path}: the recorder cannot be made, ${reason}`;
}
