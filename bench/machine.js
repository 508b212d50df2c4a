import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';

const require = createRequire(import.meta.url);

/** What the numbers depend on and runs of one day may differ in. */
export const kernel = `${os.type()} ${os.release()} ${os.machine()}`;

/** Everything that the numbers depend on, as pairs of a heading and a value. */
export function machineFacts() {
  const [cpu, ...others] = lastingFacts();
  return [cpu, ['kernel', kernel], ...others];
}

/** The same without the kernel. */
export function lastingFacts() {
  const cpus = os.cpus();
  const { glibcVersionRuntime } = process.report.getReport().header;
  return [
    ['CPU', `${cpus[0]?.model.trim() ?? 'unknown'}, ${cpus.length} cores`],
    ['glibc', glibcVersionRuntime ?? 'none'],
    ['node', `${process.version}, V8 ${process.versions.v8}`],
    ['stageprof', versionAt(new URL('../package.json', import.meta.url))],
    ['@opentelemetry/sdk-trace-base', versionAt(packageFile('@opentelemetry/sdk-trace-base'))],
    ['@duckdb/node-api', versionAt(packageFile('@duckdb/node-api'))],
  ];
}

/** Load averages of 1, 5 and 15 minutes. */
export function loadText() {
  return os
    .loadavg()
    .map((load) => load.toFixed(2))
    .join(' ');
}

function packageFile(name) {
  return require.resolve(`${name}/package.json`);
}

function versionAt(file) {
  return JSON.parse(readFileSync(file, 'utf8')).version;
}
