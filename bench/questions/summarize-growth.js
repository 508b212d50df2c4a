const PROGRAMS = { 'stageprof summarize': 'stageprof', 'DuckDB, read_json': 'duckdb' };
const [STAGEPROF] = Object.keys(PROGRAMS);
// The largest file has 12 GB, and is made only where it is asked for.
const ROWS = [10_000, 100_000, 1_000_000, ...(process.env.STAGEPROF_BENCH_LARGEST === '1' ? [10_000_000] : [])];

const nameOf = (program, rows) => `${program}, ${rows.toLocaleString('en')} rows`;

/** @type {import('./index.js').Question} */
export default {
  asks: 'How do the time and memory of a summary grow with the corpus?',
  operation: 'file',
  kind: 'process',
  rounds: 3,
  contenders: Object.entries(PROGRAMS).flatMap(([name, program]) =>
    ROWS.map((rows) => ({
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
