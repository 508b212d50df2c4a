// A server whose two child processes do its work. One of them keeps much more of what it reads.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const worker = fileURLToPath(new URL('worker.js', import.meta.url));
await Promise.all(['200', '4'].map((mebibytes) => once(fork(worker, [mebibytes]), 'exit')));
