// A program that sums up the records of a file by stage: stageprof, DuckDB or pandas.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { writeRecords } from '../records.js';

const FOLDER = fileURLToPath(new URL('../../build/bench/', import.meta.url));

/** Debian's python3 has Debian's pandas; another python3 may come first on the path. */
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

/** The file of so many rows, made where it is missing or older than what makes it. */
function recordsOf(rows) {
  const file = `${FOLDER}records-${rows}.jsonl`;
  const isMade = existsSync(file) && statSync(file).mtimeMs > statSync(path('../records.js')).mtimeMs;
  if (isMade) return file;
  mkdirSync(FOLDER, { recursive: true });
  writeRecords(file, rows);
  return file;
}

function path(relative) {
  return fileURLToPath(new URL(relative, import.meta.url));
}
