// The checks that run under sanitizers. Each is a name and a function that throws when the check fails. The scripts run
// them at length, and the test suite in short.
import { spawnSync } from 'node:child_process';
import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { built, root, runtimeOf } from './builds.js';

// Errors end the process by a signal. An exit code could not be told from that of leaks, which are judged by their report.
const OPTIONS = {
  ASAN_OPTIONS: 'allocator_may_return_null=1:abort_on_error=1',
  TSAN_OPTIONS: `allocator_may_return_null=1:halt_on_error=1:suppressions=${join(import.meta.dirname, 'thread.supp')}`,
  UBSAN_OPTIONS: 'print_stacktrace=1:abort_on_error=1',
};

/** The environment of a Node with the addon under AddressSanitizer, whose runtime must be loaded before other libraries. */
export function nodeEnvironment(leaks) {
  const options = `${OPTIONS.ASAN_OPTIONS}:detect_leaks=${leaks ? 1 : 0}`;
  const preload = realpathSync(runtimeOf('asan'));
  // Leaks of other libraries do not fail a check, so the exit code does not report leaks.
  const environment = { ASAN_OPTIONS: options, LSAN_OPTIONS: 'exitcode=0', LD_PRELOAD: preload };
  return { ...OPTIONS, ...environment, STAGEPROF_PREBUILD: built.addonFolder };
}

function spawn(command, args, environment) {
  const env = { ...process.env, ...OPTIONS, ...environment };
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8', env });
  if (error) throw error;
  return { end: signal ?? status, text: `${stdout}${stderr}` };
}

function expectDone(command, args, environment) {
  const { end, text } = spawn(command, args, environment);
  if (end !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${end}\n${text}`);
  return text;
}

// Newer kernels make addresses more random than the runtime of ThreadSanitizer expects. It then gives up before main.
let withoutRandomAddresses;
function commandOf(program, args) {
  if (withoutRandomAddresses === undefined) {
    withoutRandomAddresses = spawn(built.mistakes('thread'), [], {}).text.includes('unexpected memory mapping');
  }
  return withoutRandomAddresses ? ['setarch', ['-R', program, ...args]] : [program, args];
}

function mistake(where, name, expected, command, args, environment) {
  return {
    name: `finds a mistake made on purpose: ${name}, in ${where}`,
    run() {
      const { end, text } = spawn(command, args, { ...environment, STAGEPROF_MISTAKE: name });
      if (end === 0 && name !== 'leak') throw new Error(`the process ended as if nothing were wrong\n${text}`);
      if (!expected(text, end)) throw new Error(`the process ended with ${end}, for another reason\n${text}`);
    },
  };
}

const says = (words) => (text) => text.includes(words);
const ASAN_MISTAKES = {
  overflow: says('heap-buffer-overflow'),
  'use after free': says('heap-use-after-free'),
  undefined: says('signed integer overflow'),
};

/** The leaks that this project's code allocated, according to the stacks in the report. */
function ownLeaks(text) {
  const leaks = text.split(/^(?=(?:Direct|Indirect) leak of )/m).slice(1);
  return leaks.filter((leak) => /^ +#\d.* stageprof/m.test(leak));
}

export function addressMistakes() {
  const load = `try { process.dlopen({ exports: {} }, ${JSON.stringify(built.mistakesLibrary('address'))}) } catch {}`;
  const node = [process.execPath, ['-e', load]];
  const checks = Object.entries(ASAN_MISTAKES).flatMap(([name, expected]) => [
    mistake('a program', name, expected, built.mistakes('address'), []),
    mistake('node', name, expected, ...node, nodeEnvironment(true)),
  ]);
  checks.push(mistake('node', 'leak', (text) => ownLeaks(text).length === 1, ...node, nodeEnvironment(true)));
  return checks;
}

export function trapMistakes() {
  const isTrap = (_text, end) => end === 'SIGILL';
  return [mistake('a program that traps', 'undefined', isTrap, built.mistakes('trap'), [])];
}

export function threadMistakes() {
  const command = commandOf(built.mistakes('thread'), []);
  return [mistake('a program', 'race', says('data race'), ...command)];
}

/**
 * Compares the tracker's core with its models, in a process for each case and seed. Every other seed counts modules. Where
 * the case calls hooks, it then runs with all blocks in the sample of live blocks, with few, and with stacks of few.
 */
export function coreChecks(kind, rounds, seeds) {
  const program = built.core(kind);
  const start = (...args) => (kind === 'thread' ? commandOf(program, args) : [program, args]);
  const cases = expectDone(...start())
    .trim()
    .split('\n');
  return cases.map((name) => ({
    name: `the tracker's ${name}, ${seeds} times`,
    run() {
      for (let seed = 0; seed < seeds; seed++) {
        const [command, args] = start(name, String(rounds), String(seed));
        const isOfStacks = name.startsWith('stacks');
        const counts = isOfStacks || seed % 2 === 0;
        for (const [rate, stacks] of samplesOf(name, counts, isOfStacks)) {
          expectDone(command, args, {
            STAGEPROF_TRACK_MODULES: counts ? '1' : '0',
            STAGEPROF_TRACK_LIVE: rate,
            STAGEPROF_TRACK_STACKS: stacks,
          });
        }
      }
    },
  }));
}

/** The trackers that a Node under AddressSanitizer may have. */
const TRACKERS = [
  { words: 'without a tracker to read', tracked: false, stacks: false },
  { words: 'with a tracker to read', tracked: true, stacks: false },
  { words: 'with a tracker that takes stacks', tracked: true, stacks: true },
];

function trackedEnvironment(tracked, stacks, { rate = 4096, leaks = true } = {}) {
  const environment = nodeEnvironment(leaks);
  if (tracked) environment.LD_PRELOAD += `:${built.nodeTracker}`;
  return {
    ...environment,
    STAGEPROF_TRACK_MODULES: '1',
    STAGEPROF_TRACK_LIVE: String(rate),
    STAGEPROF_TRACK_STACKS: stacks ? '1' : '0',
  };
}

function samplesOf(name, counts, isOfStacks) {
  if (isOfStacks) return [['4096', '1']];
  if (!counts || !/^(hooks|threads)/.test(name)) return [['4096', '0']];
  return [
    ['2', '0'],
    ['4096', '0'],
    ['4096', '1'],
  ];
}

export function lifecycleChecks() {
  const script = join(root, 'test', 'sanitizers', 'lifecycle.js');
  return TRACKERS.map(({ words, tracked, stacks }) => ({
    name: `the addon from opening to teardown, leaks included, ${words}`,
    run() {
      const args = [script, built.addon, tracked ? 'tracked' : 'untracked'];
      const text = expectDone(process.execPath, args, trackedEnvironment(tracked, stacks));
      if (!text.startsWith('lived\n')) throw new Error(text);
      const leaks = ownLeaks(text);
      if (leaks.length > 0) throw new Error(leaks.join('\n'));
    },
  }));
}

/**
 * Functions at random among collections, compilations, finalizers that allocate, and worker threads that come and go: of all that
 * is allocated meanwhile, also in collections and at the start of isolates, stacks are taken. The functions that they tell are
 * compared with those of errors.
 */
export function stackChecks(rounds) {
  const script = join(root, 'test', 'programs', 'tracker', 'stacks', 'js-stress.cjs');
  const flags = [[], ['--stress-compaction', '--gc-interval=2000'], ['--stress-scavenge=50', '--stress-flush-code']];
  return flags.map((of) => ({
    name: `stacks of a program under ${of.length === 0 ? 'no flags' : of.join(' ')}`,
    run() {
      const args = ['--expose-gc', ...of, script];
      // The search for leaks reads the memory of threads, and crashes where one has just ended.
      const settings = trackedEnvironment(true, true, { rate: 1024, leaks: false });
      const environment = { ...settings, ADDON: built.jsStack, ROUNDS: String(rounds) };
      const text = expectDone(process.execPath, args, environment);
      const { results, counts } = JSON.parse(text.slice(text.indexOf('{"results"')).split('\n')[0]);
      if (counts.finalized === 0 || counts.known === 0) throw new Error(`nothing was tested\n${text}`);
      const wrong = results.flatMap((result) => result.wrong);
      if (wrong.length > 0) throw new Error(JSON.stringify(wrong));
    },
  }));
}

/**
 * Terminates workers at random moments. The tracker's hooks cannot serve under ASan, so `node_tracker` counts in their
 * place.
 */
export function workerChecks(workers) {
  const script = join(root, 'test', 'programs', 'profiler', 'worker-soak.mjs');
  return TRACKERS.map(({ words, tracked, stacks }) => ({
    name: `${workers} terminated workers, leaks included, ${words}`,
    run() {
      const text = expectDone(process.execPath, [script, String(workers)], trackedEnvironment(tracked, stacks));
      if (!text.startsWith('{"workers"')) throw new Error(text);
      const leaks = ownLeaks(text);
      if (leaks.length > 0) throw new Error(leaks.join('\n'));
    },
  }));
}

/** Runs test files in a vitest of its own. `without` has patterns of the names of tests to leave out. */
function suite(name, files, environment, without = []) {
  return {
    name,
    run() {
      const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
      const excluded = without.length === 0 ? [] : ['--testNamePattern', `^(?!.*(${without.join('|')}))`];
      const args = [vitest, 'run', '--reporter=dot', ...excluded, ...files];
      const text = expectDone(process.execPath, args, { ...environment, NO_COLOR: '1' });
      // vitest succeeds even when the pattern excludes every test.
      if (!/^ +Tests +\d+ passed/m.test(text)) throw new Error(`no test ran\n${text}`);
    },
  };
}

// These tests expect glibc's malloc. ASan has its own, which keeps freed memory back to find later uses of it.
const OF_MALLOC = [
  'each bit of the mask .* native',
  'a resident set that rises and falls',
  'reading the threads allocates memory only',
  'WebAssembly with .* has its memory in a part',
];
// The programs of these files preload other libraries than the sanitizer's.
const WITH_OTHER_PRELOADS = ['allocators', 'many-threads', 'memory-kinds', 'native-memory'].map(
  (name) => `${name}.test.ts`,
);

export function suiteChecks() {
  const files = readdirSync(join(root, 'test', 'native'))
    .filter((name) => name.endsWith('.test.ts') && !WITH_OTHER_PRELOADS.includes(name))
    .map((name) => join('test', 'native', name));
  return [
    suite('test/native with the addon', files, nodeEnvironment(false), OF_MALLOC),
    suite('test/tracker with a tracker that traps', ['test/tracker'], {
      STAGEPROF_TEST_TRACKER: built.trappingTracker,
    }),
  ];
}
