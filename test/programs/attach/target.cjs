// A program that is attached to: `node target.cjs WORK...`. It prints a line when it works, and one for each command on its
// stdin, such as how often it went round its timer since the last time.
const { Worker } = require('node:worker_threads');

const works = process.argv.slice(2);
let rounds = 0;
setInterval(() => rounds++, 10);

const kept = [];
const WORK = {
  idle() {},
  closed() {
    setImmediate(() => require('node:fs').closeSync(2));
  },
  buffers() {
    setInterval(function keepBuffers() {
      kept.push(Buffer.alloc(2 ** 20, 1));
    }, 20);
  },
  objects() {
    setInterval(function keepObjects() {
      for (let at = 0; at < 3000; at++) kept.push({ at, text: `t${at}` });
    }, 20);
  },
  cpu() {
    setInterval(function burnCpu() {
      const end = Date.now() + 30;
      let sum = 0;
      while (Date.now() < end) for (let at = 0; at < 1000; at++) sum += Math.sqrt(at);
      return sum;
    }, 40);
  },
  worker() {
    const work = `const kept = []; setInterval(function keepInWorker() {
      for (let at = 0; at < 3000; at++) kept.push([at]);
    }, 20);`;
    new Worker(work, { eval: true, name: 'helper' });
  },
  churn() {
    // Allocates on two more JS threads, and keeps nothing.
    const work = `const { gzipSync } = require('node:zlib');
      let last; setInterval(() => {
        for (let at = 0; at < 2000; at++) last = { at, text: 't' + at };
        gzipSync(Buffer.alloc(2 ** 16, last.text));
      }, 5);`;
    for (let at = 0; at < 2; at++) new Worker(work, { eval: true });
  },
  loop() {
    setTimeout(function spin() {
      for (let sum = 0; ; sum++) if (sum < 0) break;
    }, 100);
  },
  blocked() {
    // To open a pipe waits for its writer.
    setTimeout(() => {
      console.log('blocks');
      require('node:fs').openSync(process.env.PIPE, 'r');
    });
  },
  handler() {
    process.on('SIGUSR1', () => console.log('own handler'));
  },
  server() {
    require('node:http')
      .createServer((request, response) => {
        console.log(`asked for ${request.url}`);
        response.end('hello');
      })
      .listen(0, '127.0.0.1', function listening() {
        console.log(`port ${this.address().port}`);
      });
  },
  native() {
    // libuv's pool, zlib and crypto allocate on other threads and in node itself.
    const { gzip } = require('node:zlib');
    const { pbkdf2 } = require('node:crypto');
    const bytes = Buffer.alloc(2 ** 18, 'some text that can be compressed');
    const next = () => gzip(bytes, () => setTimeout(next, 5));
    for (let at = 0; at < 3; at++) next();
    const derive = () => pbkdf2('secret', 'salt', 500, 32, 'sha256', () => setTimeout(derive, 5));
    derive();
  },
};
for (const work of works) WORK[work]();

let addon = null;
const COMMANDS = {
  rounds() {
    console.log(`rounds ${rounds}`);
    rounds = 0;
  },
  load() {
    const module = { exports: {} };
    process.dlopen(module, process.env.NATIVE_WORK);
    addon = module.exports;
    console.log('loaded');
  },
  exit() {
    process.exit(7);
  },
  // Numbers as the addon of test/programs/native-work takes them.
  async perform(...numbers) {
    console.log(`performed ${JSON.stringify(await addon.perform(...numbers.map(Number)))}`);
  },
};
process.stdin.setEncoding('utf8').on('data', (text) => {
  for (const line of text.trimEnd().split('\n')) {
    const [command, ...words] = line.split(' ');
    COMMANDS[command](...words);
  }
});
console.log('ready');
