// 1,000 streams of zlib that are never closed: native memory of zlib.
import zlib from 'node:zlib';
import { activeProfiler } from 'stageprof';

const streams = [];
const bytes = Buffer.alloc(1000, 1);
for (let i = 0; i < 100; i++) {
  await activeProfiler().stage('open', async () => {
    for (let j = 0; j < 10; j++) {
      const stream = zlib.createDeflate();
      streams.push(stream);
      await new Promise((resolve) => stream.write(bytes, resolve));
    }
  });
}
globalThis.streams = streams;
