// A service that receives messages, indexes them, and never forgets one.
const received = [];

function receive() {
  received.push(Buffer.alloc(2 ** 19, `message ${received.length} `));
}

function index() {
  const words = new Map();
  for (const word of received.at(-1)?.toString('latin1').split(' ') ?? []) words.set(word, (words.get(word) ?? 0) + 1);
  return words.size;
}

setInterval(receive, 20);
setInterval(index, 20);
console.log('ready');
