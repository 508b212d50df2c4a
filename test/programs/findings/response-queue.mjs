// A server writes 200 MiB to a client that does not read: Buffers in the queue of the response.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { activeProfiler } from 'stageprof';

const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const client = connect(server.address().port, '127.0.0.1');
client.pause();
client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
const [, response] = await once(server, 'request');
for (let i = 0; i < 100; i++) {
  await activeProfiler().stage('write', async () => {
    response.write(Buffer.alloc(2 << 20, i));
    await new Promise(setImmediate);
  });
}
process.exit(0);
