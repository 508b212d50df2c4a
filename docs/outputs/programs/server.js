// A server that has its work done by two other processes, of which one keeps what it has read.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const worker = fileURLToPath(new URL('worker.js', import.meta.url));
await Promise.all(['200', '4'].map((mebibytes) => once(fork(worker, [mebibytes]), 'exit')));
