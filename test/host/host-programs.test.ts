import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const PACKAGE = join(import.meta.dirname, '../../dist/index.js');

/** Runs a program that has imported `StageProfiler` and `nullProfiler`; returns what it printed and its exit code. */
function run(program: string, flags: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const text = `import { StageProfiler, nullProfiler } from ${JSON.stringify(PACKAGE)};\n${program}`;
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, '--input-type=module', '-e', text], {
    encoding: 'utf8',
    timeout: 110_000,
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

const CALLS = 'Object.fromEntries(profiler.report().stages.map(({ stage, calls }) => [stage, calls]))';

/** Freezes all objects and functions that properties and prototypes lead to, as SES hardens them. */
const FREEZE = `
  function freezeDeeply(value, seen = new Set()) {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return;
    if (seen.has(value) || ArrayBuffer.isView(value)) return;
    seen.add(value);
    Object.freeze(value);
    freezeDeeply(Object.getPrototypeOf(value), seen);
    for (const key of Reflect.ownKeys(value)) {
      const { value: member, get, set } = Object.getOwnPropertyDescriptor(value, key);
      for (const found of [member, get, set]) freezeDeeply(found, seen);
    }
  }`;

describe('a program that freezes', () => {
  test.each([
    ['the profiler', 'freezeDeeply({ profiler, handle: profiler.stage("open") })'],
    [
      'the constructors and the prototypes of the language',
      'for (const name of ["Object", "Array", "Error", "Function", "Map", "Set", "Promise", "TypeError", "Float64Array"]) freezeDeeply(globalThis[name])',
    ],
  ])('%s has its stages measured', (_what, freeze) => {
    const { status, stdout, stderr } = run(`${FREEZE}
      const profiler = new StageProfiler();
      profiler.stage('before', () => 1);
      ${freeze};
      profiler.stage('after', () => profiler.stage('inner', () => 1));
      profiler.stage('handle').end();
      await profiler.stage('promise', async () => 1);
      try { profiler.stage(''); } catch ({ code }) { console.log(code); }
      const calls = ${CALLS};
      console.log(calls.before, calls['after'] ?? calls['open.after'], calls['after.inner'] ?? calls['open.after.inner'],
        calls.handle ?? calls['open.handle'], calls.promise ?? calls['open.promise']);
    `);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'ERR_STAGEPROF_LABEL\n1 1 1 1 1\n', stderr: '' });
  });

  test('the prototypes before the profiler is loaded has its stages measured', () => {
    const text = `${FREEZE}
      for (const name of ['Object', 'Array', 'Error', 'Function', 'Map', 'Set', 'Promise']) freezeDeeply(globalThis[name]);
      const { StageProfiler } = await import(${JSON.stringify(PACKAGE)});
      const profiler = new StageProfiler();
      profiler.stage('a', () => 1);
      console.log(profiler.report().stages[0].calls);`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', text], {
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '1\n', stderr: '' });
  });
});

describe('a program that replaces', () => {
  test.each([
    [
      'clocks',
      'const now = performance.now(); performance.now = () => now; Date.now = () => 0; process.hrtime = Object.assign(() => [0, 0], { bigint: () => 0n })',
    ],
    [
      'timers and tasks',
      'for (const name of ["setTimeout", "setImmediate", "setInterval", "queueMicrotask"]) globalThis[name] = () => 0; process.nextTick = () => {}',
    ],
    [
      'globals',
      'for (const name of ["performance", "Buffer", "Map", "Set", "Reflect", "JSON", "Math", "Number", "String", "Promise", "Float64Array", "Proxy", "Symbol"]) { try { delete globalThis[name]; } catch {} }',
    ],
    [
      'methods',
      'const fail = () => { throw new Error("patched"); }; Map.prototype.get = fail; Set.prototype.has = fail; Math.max = fail; Number.isNaN = fail; Promise.prototype.then = fail; Reflect.apply = fail',
    ],
    [
      'functions of the process',
      'for (const name of ["hrtime", "memoryUsage", "resourceUsage", "cpuUsage"]) process[name] = undefined',
    ],
  ])('%s has its stages measured', (_what, replace) => {
    const { status, stdout, stderr } = run(`
      const print = console.log;
      const profiler = new StageProfiler();
      ${replace};
      profiler.stage('a', () => profiler.stage('b', () => 1));
      profiler.stage('c').end();
      const one = await profiler.stage('d', async () => 1);
      const report = profiler.report();
      print(one, report.warnings.length, ...report.stages.map(({ stage, calls }) => stage + ' ' + calls));
    `);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '1 0 a 1 a.b 1 c 1 d 1\n', stderr: '' });
  });

  test('what the profiler uses in a stage: its functions run once, unmeasured, and the report says so', () => {
    const { status, stdout, stderr } = run(`
      const profiler = new StageProfiler();
      const { set } = Float64Array.prototype.__proto__;
      Float64Array.prototype.__proto__.set = () => { throw new Error('patched'); };
      let runs = 0;
      for (let i = 0; i < 40; i++) profiler.stage('label ' + i, () => runs++);
      Float64Array.prototype.__proto__.set = set;
      profiler.stage('after', () => runs++);
      const { warnings, stages } = profiler.report();
      console.log(runs, stages.filter(({ open }) => open !== 0).length, stages.at(-1).stage, stages.at(-1).calls, warnings.join());
    `);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe('41 0 after 1 stages not measured, the program has changed what the profiler uses: 40\n');
  });

  test('Promise by its own class: stages wait for its promises, with the same results', () => {
    const { status, stdout, stderr } = run(`
      const profiler = new StageProfiler();
      const NativePromise = Promise;
      class Own {
        constructor(body) { this.inner = new NativePromise(body); }
        then(done, failed) { return new Own((resolve) => resolve(this.inner.then(done, failed))); }
      }
      globalThis.Promise = Own;
      const made = profiler.stage('a', () => new Own((resolve) => setTimeout(resolve, 20, 7)));
      console.log(profiler.report().stages[0].open, made instanceof Own, await made);
      await new NativePromise((resolve) => setTimeout(resolve, 5));
      console.log(profiler.report().stages[0].calls, profiler.report().stages[0].wall_s >= 0.018);
    `);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '1 true 7\n1 true\n', stderr: '' });
  });
});

describe('recursion through stages', () => {
  /** How deep a recursion gets in code that runs for the first time. After optimisation both forms get deeper. */
  const deepest = (profiler: string) => {
    const { status, stdout, stderr } = run(`
      const profiler = ${profiler};
      let deepest = 0;
      const walk = (level) => {
        deepest = level;
        return profiler.stage('level', () => walk(level + 1));
      };
      try { walk(1); } catch (error) { if (!(error instanceof RangeError)) throw error; }
      // A stage that succeeds removes what the last ones left.
      profiler.stage('after', () => {});
      const { stages = [], warnings = [] } = profiler.report() ?? {};
      const open = stages.reduce((sum, { open }) => sum + open, 0);
      const calls = stages.reduce((sum, { calls }) => sum + calls, 0);
      console.log(JSON.stringify({ deepest, open, calls, warnings, last: stages.at(-1)?.stage }));
    `);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return JSON.parse(stdout) as { deepest: number; open: number; calls: number; warnings: string[]; last: string };
  };

  test.each([
    ['time only', '{ measure: [] }'],
    ['all sources', '{}'],
  ])('is measured to at least half the depth it has unprofiled: %s', (_what, options) => {
    const without = deepest('nullProfiler');
    const measured = deepest(`new StageProfiler(${options})`);
    expect(measured.deepest).toBeGreaterThan(without.deepest / 2);
    expect(measured.calls).toBeGreaterThan(without.deepest / 2);
    expect(measured).toMatchObject({ open: 0, last: 'after' });
    expect(measured.warnings).toEqual([expect.stringMatching(/^stages not measured, the stack was full: \d+$/)]);
  });

  test('near the end of the stack runs every function once or not at all, and adds up', () => {
    // There are some 400 frames of the smallest size between an empty stack and enough stack for a stage.
    const form = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 800, maxLength: 1500, size: 'max' });
    const runs = fc.sample(form, { numRuns: 8, seed: 20 }).map((forms) => forms.join(''));
    const { status, stdout, stderr } = run(
      `
      const runs = ${JSON.stringify(runs)};
      const faults = [];
      const told = new Set();
      let profiler, bodies, measured = 0;
      const token = {};
      const own = new Error('own');
      const body = () => { bodies++; return token; };
      // Each returns the token if all went well.
      const FORMS = {
        callback: () => profiler.stage('callback', body),
        nested: () => profiler.stage('outer', () => profiler.stage('inner', body)),
        handle: () => { const handle = profiler.stage('handle'); body(); handle.end(); return token; },
        async: () => { profiler.stage('async', async () => { body(); }); return token; },
        throws: () => { try { profiler.stage('throws', () => { body(); throw own; }); } catch (error) { if (error === own) return token; throw error; } },
      };
      function attempt(form) {
        bodies = 0;
        const result = FORMS[form]();
        if (result !== token) faults.push(form + ' gave another result');
        if (form !== 'async' && bodies !== 1) faults.push(form + ' ran ' + bodies + ' times');
      }
      // Recurses to the end of the stack, and makes an attempt in each frame on the way back. The first have no stack left.
      function sink(forms) {
        try { sink(forms); } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          if (bodies > 1) faults.push('ran ' + bodies + ' times before it threw');
        }
        if (forms.length > 0) attempt(forms.pop());
      }
      for (const forms of runs) {
        profiler = new StageProfiler({ measure: [] });
        sink(Array.from(forms, (index) => Object.keys(FORMS)[index]));
        await new Promise((resolve) => setTimeout(resolve, 1));
        profiler.stage('last', () => {});
        const { stages, warnings } = profiler.report();
        for (const warning of warnings) told.add(warning.split(':')[0]);
        for (const { stage, open, wall_s, wall_self_s, calls, wall_hist } of stages) {
          if (open !== 0) faults.push(stage + ' is open ' + open);
          if (wall_self_s < 0 || wall_self_s > wall_s + 1e-9) faults.push(stage + ' has a self time of ' + wall_self_s);
          const counted = wall_hist.reduce((sum, [, count]) => sum + count, 0);
          if (counted !== calls) faults.push(stage + ' has ' + calls + ' calls and ' + counted + ' durations');
          measured += calls;
        }
        if (stages.at(-1).stage !== 'last') faults.push('the last is ' + stages.at(-1).stage);
        profiler.close();
      }
      console.log(JSON.stringify({ faults: faults.slice(0, 20), told: [...told], isMeasured: measured > 1000 }));
    `,
      ['--stack-size=200'],
    );
    // Node itself prints this, with and without a profiler, where a promise is rejected at the end of the stack.
    const told = stderr.replace(/^Exception in PromiseRejectCallback:\n(?:.*\n)*?RangeError: .*\n\n/gm, '');
    expect({ status, told }).toEqual({ status: 0, told: '' });
    expect(JSON.parse(stdout)).toEqual({
      faults: [],
      told: ['stages not measured, the stack was full'],
      isMeasured: true,
    });
  });
});
