// The worker thread of a program of `own-cost.js`.
import { parentPort, workerData } from 'node:worker_threads';
import { activeProfiler } from '../../dist/index.js';
import { cpuOf } from './own-cost.js';

const { program, operations } = workerData;
parentPort.postMessage(await cpuOf(program, activeProfiler(), operations));
// The recorder is read while the thread goes on.
parentPort.on('message', () => {});
