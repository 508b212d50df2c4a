import { DuckDBInstance } from '@duckdb/node-api';
import { activeProfiler } from 'stageprof';

const profiler = activeProfiler();
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
await profiler.stage('fill', () =>
  connection.run(`CREATE TABLE events AS
    SELECT i, i % 1000 AS kind, (i * 7919) % 1000003 AS amount, 'name' || i AS name FROM range(2000000) numbers(i)`),
);
for (let round = 0; round < 3; round++) {
  await profiler.stage('group', () =>
    connection.runAndReadAll('SELECT kind, count(*), sum(amount), max(name) FROM events GROUP BY 1 ORDER BY 1'),
  );
  await profiler.stage('join', () =>
    connection.runAndReadAll('SELECT count(*) FROM events a JOIN events b ON a.amount = b.i'),
  );
}
