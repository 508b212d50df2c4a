// The largest file has 15 GB and is made only on request.
const ROWS = [10_000, 100_000, 1_000_000, ...(process.env.STAGEPROF_BENCH_LARGEST === '1' ? [10_000_000] : [])];
const STAGEPROF = 'stageprof summarize';
const PROGRAMS = [
  { name: STAGEPROF, program: 'stageprof', rows: ROWS },
  { name: 'DuckDB, read_json', program: 'duckdb', rows: ROWS },
  { name: 'DuckDB, columns given', program: 'duckdb, columns given', rows: ROWS },
  // pandas keeps every row in memory, and ten million do not fit on most machines.
  { name: 'pandas', program: 'pandas', rows: ROWS.filter((rows) => rows <= 1_000_000) },
];

const nameOf = (program, rows) => `${program}, ${rows.toLocaleString('en')} rows`;

/** @type {import('./index.js').Question} */
export default {
  asks: 'How do the time and memory of a summary grow with the corpus, compared with DuckDB and pandas?',
  operation: 'file',
  kind: 'process',
  rounds: 3,
  contenders: PROGRAMS.flatMap(({ name, program, rows: sizes }) =>
    sizes.map((rows) => ({
      name: nameOf(name, rows),
      module: 'summary',
      options: { program, rows },
      baseline: nameOf(name, ROWS[0]),
    })),
  ),
  budgets: ROWS.slice(2).map((rows) => ({
    text: `${rows.toLocaleString('en')} rows need at most 1.25 x the memory of 100,000`,
    contender: nameOf(STAGEPROF, rows),
    against: nameOf(STAGEPROF, 100_000),
    of: 'peakKib',
    ratioAtMost: 1.25,
  })),
};
