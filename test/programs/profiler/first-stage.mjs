// node first-stage.mjs <URL of dist/index.js> <words>
// Runs the first stage of a program with so many words of the stack left, and prints the labels of all stages. V8 has still
// to compile what the stage calls, which takes more of the stack than the calls themselves.
const [url, words] = process.argv.slice(2);
const { StageProfiler } = await import(url);
const under = (used, fn) => last(fn, ...new Array(used).fill(0));
const last = (fn) => fn();
const nothing = () => {};

let most = 0;
for (let step = 2 ** 16; step >= 1; step /= 2) {
  try {
    under(most + step, nothing);
    most += step;
  } catch {
    // So many more do not fit.
  }
}
const profiler = new StageProfiler();
try {
  under(most - Number(words), () => profiler.stage('first', nothing));
} catch {
  // Nor does the stage.
}
await profiler.stage('outer', async () => {
  await null;
  profiler.stage('inner', nothing);
});
const { stages } = profiler.report();
process.stdout.write(JSON.stringify(stages.filter(({ calls }) => calls > 0).map(({ stage }) => stage)));
profiler.close();
