// stageprof run -- node examples/addons.js
// Three addons that get their memory differently: sharp asks malloc, DuckDB and snappy map their own.
import { DuckDBInstance } from '@duckdb/node-api';
import sharp from 'sharp';
import { compress } from 'snappy';
import { activeProfiler } from 'stageprof';

const profiler = activeProfiler();

/** @param {number} width */
async function thumbnail(width) {
  const source = sharp({ create: { width, height: width, channels: 3, background: '#8090a0' } });
  const png = await profiler.stage('encode', () => source.png().toBuffer());
  return profiler.stage('resize', () => sharp(png).resize(256).blur(3).raw().toBuffer());
}

/** @param {number} rows */
async function histogram(rows) {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await profiler.stage('fill', () =>
    connection.run(`CREATE TABLE t AS SELECT range % 1000 AS bin FROM range(${rows})`),
  );
  const counts = await profiler.stage('group', () =>
    connection.runAndReadAll('SELECT bin, count(*) FROM t GROUP BY bin'),
  );
  return counts.currentRowCount;
}

for (let i = 0; i < 3; i++) await profiler.stage('thumbnail', () => thumbnail(4000));
const bins = await profiler.stage('histogram', () => histogram(5_000_000));
const packed = await profiler.stage('compress', () => compress(Buffer.alloc(64 * 1024 * 1024, 'stageprof')));
console.log(`${bins} bins, ${packed.length} bytes packed`);
