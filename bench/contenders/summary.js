// A program that sums up the records of a file by stage: stageprof, DuckDB or pandas.
import { existsSync, renameSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { largeFile } from '../large-files.js';
import { writeRecords } from '../records.js';

/** Only Debian's python3 has Debian's pandas, and another python3 may come first on the path. */
const PYTHON = '/usr/bin/python3';

/** @param {{ program: 'stageprof' | 'duckdb' | 'duckdb, columns given' | 'pandas', rows: number }} options */
export function open({ program, rows }) {
  const file = recordsOf(rows);
  const jobs = String(availableParallelism());
  const programs = {
    stageprof: () => [
      process.execPath,
      path('../../dist/cli/main.js'),
      'summarize',
      '--jobs',
      jobs,
      '--format',
      'csv',
      file,
    ],
    duckdb: () => [process.execPath, path('../programs/duckdb-summary.js'), file, jobs],
    'duckdb, columns given': () => [process.execPath, path('../programs/duckdb-summary.js'), file, jobs, 'columns'],
    pandas: () => [PYTHON, path('../programs/pandas-summary.py'), file],
  };
  return { command: programs[program]() };
}

/** The file with that many rows, which is made if it is missing. */
function recordsOf(rows) {
  const file = largeFile(`records-${rows}.jsonl`);
  if (existsSync(file)) return file;
  writeRecords(`${file}.new`, rows);
  renameSync(`${file}.new`, file);
  return file;
}

function path(relative) {
  return fileURLToPath(new URL(relative, import.meta.url));
}
