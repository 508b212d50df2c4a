import { dirname, existsSync, fileURLToPath, join } from '../host/files.js';
import { type MessagePort, NodeWorker } from '../host/inspector.js';
import { Error } from '../host/intrinsics.js';
import { inBundle } from '../text/in-bundle.js';

/** A thread of the profiler. */
export interface OwnThread {
  /** In the folder of this file. */
  readonly file: string;
  readonly name: string;
  readonly data: object;
  /** Handed over with the data. */
  readonly port: MessagePort;
}

/**
 * Starts a thread that keeps nothing alive. Neither flags nor variables of the program reach it: what the program preloads
 * is not for this thread.
 *
 * @throws {Error} where it cannot be started, as in a bundle, which does not have the file
 */
export function startOwnThread({ file, name, data, port }: OwnThread): NodeWorker {
  const worker = new NodeWorker(pathOf(file), {
    workerData: data,
    transferList: [port],
    name,
    execArgv: [],
    env: {},
    stdin: false,
    stdout: true,
    stderr: true,
    trackUnmanagedFds: false,
  });
  worker.unref();
  return worker;
}

function pathOf(file: string): string {
  // A bundle of CommonJS does not even have a URL.
  const here: string | undefined = import.meta.url;
  const path = here === undefined ? null : join(dirname(fileURLToPath(here)), file);
  if (path === null || !existsSync(path)) throw new Error(inBundle(file));
  return path;
}
