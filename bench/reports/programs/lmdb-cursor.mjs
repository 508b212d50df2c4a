import { join } from 'node:path';
import { open } from 'lmdb';
import { activeProfiler } from 'stageprof';

const db = open({ path: join(process.cwd(), 'store'), encoding: 'binary', compression: false });
globalThis.db = db;
const value = Buffer.alloc(8192, 7);
let last;
for (let i = 0; i < 25_000; i++) last = db.put(i, value);
await last;
activeProfiler().stage('scan', () => {
  let bytes = 0;
  for (const entry of db.getRange()) bytes += entry.value.length;
  return bytes;
});
process.exit(0);
