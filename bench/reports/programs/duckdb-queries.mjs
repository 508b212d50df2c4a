import { DuckDBInstance } from '@duckdb/node-api';
import { activeProfiler } from 'stageprof';

const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
for (let i = 0; i < 30_000; i++) await activeProfiler().stage('query', () => connection.run('SELECT 42 AS fortytwo'));
