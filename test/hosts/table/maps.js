// Pipelines of `stageprof map`, with --profile and without. Their records must be the same.

/** A record without what profiling adds: the profile, and what is known of a process that has ended. */
function withoutProfile(text) {
  if (!text.startsWith('{"input"')) return text;
  const { profile, error, ...record } = JSON.parse(text);
  if (error === undefined) return JSON.stringify(record);
  const { open, last, message, ...rest } = error;
  return JSON.stringify({ ...record, error: { ...rest, message: message.replace(/, resident [\d.]+ \wiB/, '') } });
}

const mapped = (name, source, row) => ({
  name: `map: ${name}`,
  files: { 'pipeline.mjs': source },
  map: ['pipeline.mjs', 'one', 'two', 'three'],
  stages: { a: 3 },
  mask: withoutProfile,
  // The map account has times.
  ignores: /out\/run-/,
  ...row,
});

const A = "profiler.stage('a', () => {});";

export const MAPS = [
  mapped(
    'returns a record',
    `export default async (input, { profiler }) => { ${A} return { length: input.length }; };`,
  ),
  mapped(
    'throws for one input',
    `export default async (input, { profiler }) => { ${A} if (input === 'two') throw Object.assign(new Error('no two'), { code: 'TWO' }); return {}; };`,
    { exit: 1 },
  ),
  mapped(
    'ends its process for one input',
    `export default async (input, { profiler }) => { ${A} if (input === 'two') process.exit(5); return {}; };`,
    { exit: 1 },
  ),
  mapped(
    'is killed for one input',
    `export default async (input, { profiler }) => { ${A} if (input === 'two') process.kill(process.pid, 'SIGKILL'); return { input2: input }; };`,
    { exit: 1 },
  ),
  mapped(
    'overflows the stack for one input',
    `const fall = () => fall(); export default async (input, { profiler }) => { ${A} if (input === 'two') profiler.stage('b', fall); return {}; };`,
    { exit: 1, stages: { a: 3, b: [1, 1] }, maySay: true },
  ),
  mapped(
    'freezes clocks and timers',
    `export default async (input, { profiler }) => { performance.now = () => 0; Date.now = () => 0; process.hrtime = () => [0, 0];
for (const name of ['setTimeout', 'setInterval', 'setImmediate']) globalThis[name] = () => ({ unref() {} });
${A} return { at: Date.now() }; };`,
  ),
  mapped(
    'stubs fs, JSON and toJSON',
    `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
export default async (input, { profiler }) => { for (const name of Object.keys(fs)) if (typeof fs[name] === 'function' && /^[a-z]/.test(name)) fs[name] = () => { throw 1 }; syncBuiltinESMExports();
JSON.parse = () => 3; ${A} return { done: true }; };`,
  ),
  mapped(
    'deletes globals',
    `export default async (input, { profiler }) => { delete globalThis.performance; process.hrtime = undefined; globalThis.Buffer = undefined; globalThis.AbortController = undefined; ${A} return { done: true }; };`,
  ),
  mapped(
    'returns records of all kinds',
    `const kinds = { one: { __proto__: null, profile: 'own', nested: [1, { a: undefined }] }, two: { toJSON() { return { from: 'toJSON' }; } }, three: { error: 'its own', input: 'another' } };
export default async (input, { profiler }) => { ${A} return kinds[input]; };`,
    { exit: 1 },
  ),
  mapped(
    'prints, and leaves files and work behind',
    `import { writeFileSync } from 'node:fs';
export default async (input, { profiler }) => { ${A} console.log(input); console.error(input); writeFileSync(input + '.txt', input); setTimeout(() => {}, 20); Promise.reject(new Error('late')).catch(() => {}); return { input3: input }; };`,
  ),
];
