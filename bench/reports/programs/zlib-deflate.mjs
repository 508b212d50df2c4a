import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { activeProfiler } from 'stageprof';

const deflate = promisify(zlib.deflate);
const payload = Buffer.from(JSON.stringify({ some: 'data' }));
for (let i = 0; i < 3; i++) {
  await activeProfiler().stage('deflate', () =>
    Promise.all(Array.from({ length: 5000 }, () => deflate(payload))).then(({ length }) => length),
  );
}
