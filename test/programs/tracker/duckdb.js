import { DuckDBInstance } from '@duckdb/node-api';

/** Fills a table in memory and sums it up. The table is held until the end. */
export async function work() {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const held = await instance.connect();
  await held.run(`CREATE TABLE events AS
    SELECT i, i % 1000 AS kind, (i * 7919) % 1000003 AS amount, 'name' || i AS name FROM range(1000000) numbers(i)`);
  const sums = await held.runAndReadAll(`SELECT kind % 3 AS kind, count(*), sum(amount), max(name)
    FROM events GROUP BY 1 ORDER BY 1`);
  const memory = await held.runAndReadAll(
    `SELECT memory_usage_bytes FROM duckdb_memory() WHERE tag = 'IN_MEMORY_TABLE'`,
  );
  return { result: sums.getRowsJson(), held, heldBytes: Number(memory.getRows()[0][0]) };
}
