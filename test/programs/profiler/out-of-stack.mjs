// node out-of-stack.mjs <URL of dist/index.js> <options as JSON> <words>
// Runs one program of stages again and again, each time with a word more of the stack left, up to that many words: so
// every step of the profiler is the one that finds the stack full. Prints what was wrong, with the words at which it
// was, and how often the program had room enough to run to its end.
const [url, options, words] = process.argv.slice(2);
const { StageProfiler } = await import(url);

const LATER_LABELS = 40;
const mine = new Error('mine');
/** What was wrong, by its text: how many words were left. */
const wrong = {};
let ended = 0;

/** Calls `fn` with so many words of the stack used up. */
const under = (used, fn) => last(fn, ...new Array(used).fill(0));
const last = (fn) => fn();

const mostWords = wordsOfStack();
// V8 compiles a function when it is first called, which takes 40 KiB of stack: after this, all have been.
await trial(mostWords);
await trial(mostWords);
ended = 0;
for (let left = 0; left < Number(words); left++) await trial(left);
process.stdout.write(JSON.stringify({ wrong, ended }));

function wordsOfStack() {
  let most = 0;
  for (let step = 2 ** 16; step >= 1; step /= 2) {
    try {
      under(most + step, () => {});
      most += step;
    } catch {
      // So many more do not fit.
    }
  }
  return most;
}

async function trial(left) {
  const found = (text) => {
    wrong[text] ??= [];
    wrong[text].push(left);
  };
  const profiler = new StageProfiler(JSON.parse(options));
  const promises = [];
  try {
    under(mostWords - left, () => runStages(profiler, promises, found));
    ended++;
  } catch (error) {
    if (!(error instanceof RangeError)) found(`the program is given ${error}`);
  }
  const settled = await Promise.allSettled(promises);
  for (const { status, value, reason } of settled) {
    if (status === 'fulfilled' ? value !== 9 : reason !== mine) found('a promise settles otherwise');
  }
  for (let i = 0; i < 10; i++) profiler.stage('later', () => {});
  // Enough labels for the rows to grow, whatever had come before.
  for (let i = 0; i < LATER_LABELS; i++) profiler.stage(`later${i}`, () => {});
  checkReport(profiler.report(), found);
  profiler.close();
}

/** A stage may refuse to begin for want of stack. What has run in it, and what that gave, must not be changed. */
function runStages(profiler, promises, found) {
  const outer = profiler.stage('outer', () => {
    if (profiler.stage('inner', () => 5) !== 5) found('a stage returns something else');
    return 7;
  });
  if (outer !== 7) found('a stage returns something else');
  profiler.stage('handle').end();
  let hasThrown = false;
  try {
    profiler.stage('throws', () => {
      hasThrown = true;
      throw mine;
    });
  } catch (error) {
    if (!hasThrown) throw error;
    if (error !== mine) found(`a stage throws ${error} instead of what its function threw`);
  }
  promises.push(profiler.stage('fulfilled', async () => 9));
  promises.push(
    profiler.stage('rejected', async () => {
      throw mine;
    }),
  );
}

function checkReport({ stages, warnings }, found) {
  const rows = new Map(stages.map((row) => [row.stage, row]));
  if (rows.size !== stages.length) found('a label has two rows');
  for (const { stage, open, calls } of stages) {
    if (open !== 0) found(`${stage} is open`);
    if (!stage.startsWith('later') && calls > 1) found(`${stage} is counted twice`);
  }
  const { calls, overlapped_calls } = rows.get('later') ?? {};
  if (calls !== 10 || overlapped_calls !== 0)
    found(`of ten later stages: ${calls}, and overlapped ${overlapped_calls}`);
  for (let i = 0; i < LATER_LABELS; i++) {
    if (rows.get(`later${i}`)?.calls !== 1) found('a later stage is not counted');
  }
  for (const text of warnings) {
    if (!text.startsWith('stages not measured, the stack was full')) found(text.replace(/\d+$/, 'N'));
  }
}
process.on('unhandledRejection', (error) => {
  wrong[`unhandled: ${error}`] = [];
});
