import { once } from 'node:events';
import { createServer } from 'node:http';
import { activeProfiler } from 'stageprof';
import { fetch } from 'undici';

const body = Buffer.alloc(1 << 20, 1);
const server = createServer((_, response) => response.end(body)).listen(0);
await once(server, 'listening');
const kept = [];
for (let i = 0; i < 300; i++) {
  await activeProfiler().stage('fetch', async () =>
    kept.push(await fetch(`http://127.0.0.1:${server.address().port}`)),
  );
}
process.exit(0);
