import { once } from 'node:events';
import { activeProfiler } from 'stageprof';
import WebSocket, { WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0 });
await once(server, 'listening');
const client = new WebSocket(`ws://127.0.0.1:${server.address().port}`);
const [[socket]] = await Promise.all([once(server, 'connection'), once(client, 'open')]);
client.pause();
for (let i = 0; i < 200; i++) {
  await activeProfiler().stage('send', async () => {
    socket.send(Buffer.alloc(1 << 20, i));
    await new Promise(setImmediate);
  });
}
process.exit(0);
