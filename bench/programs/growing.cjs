// A program whose memory grows: `node growing.cjs WHO`, by some 10 MiB a second. Who holds it is known.
const { Worker } = require('node:worker_threads');
const { createDeflateRaw } = require('node:zlib');

const kept = [];
const GROW = {
  buffers: () =>
    setInterval(function keepBuffers() {
      kept.push(Buffer.alloc(2 ** 20, 1));
    }, 100),
  objects: () =>
    setInterval(function keepObjects() {
      for (let at = 0; at < 10_000; at++) kept.push({ at, text: `object ${at}` });
    }, 100),
  streams: () =>
    setInterval(function keepStreams() {
      const stream = createDeflateRaw();
      stream.write('x');
      kept.push(stream);
    }, 25),
  worker: () =>
    new Worker(
      `const kept = []; setInterval(function keepInWorker() {
        for (let at = 0; at < 10_000; at++) kept.push({ at, text: 'object ' + at });
      }, 100);`,
      { eval: true, name: 'helper' },
    ),
};
GROW[process.argv[2]]();
console.log('ready');
