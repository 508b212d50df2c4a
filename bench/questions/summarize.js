const ROWS = 1_000_000;
const STAGEPROF = 'stageprof summarize';
const DUCKDB = 'DuckDB, read_json';
const DUCKDB_TOLD = 'DuckDB, read_json with its columns given';

const contender = (name, program) => ({ name, module: 'summary', options: { program, rows: ROWS } });

/** @type {import('./index.js').Question} */
export default {
  asks: 'What does it take to sum up a corpus of 1,000,000 stage rows in 1.5 GB, compared with DuckDB and pandas on the same cores?',
  operation: 'file',
  kind: 'process',
  rounds: 5,
  contenders: [
    contender(DUCKDB, 'duckdb'),
    contender(DUCKDB_TOLD, 'duckdb, columns given'),
    contender(STAGEPROF, 'stageprof'),
    contender('pandas', 'pandas'),
  ],
  baseline: DUCKDB,
  budgets: [
    {
      text: 'DuckDB takes at least 1.5 x as long',
      contender: DUCKDB,
      against: STAGEPROF,
      of: 'elapsedMs',
      ratioAtLeast: 1.5,
    },
    {
      text: 'DuckDB takes at least as long, with its columns given',
      contender: DUCKDB_TOLD,
      against: STAGEPROF,
      of: 'elapsedMs',
      ratioAtLeast: 1,
    },
  ],
};
