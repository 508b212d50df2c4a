// A stage that loads a library which holds 32 MiB, and one that makes a Buffer of 32 MiB; the report, as JSON.
// argv: the package's entry, the library.
import { copyFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const [entry, library] = process.argv.slice(2);
const { StageProfiler } = await import(entry);
const profiler = new StageProfiler();
const buffers = [];

// Statistics are read within a budget, which silence earns.
const earn = () => setTimeout(50);

function hold(copy) {
  copyFileSync(library, copy);
  try {
    process.dlopen({ exports: {} }, copy);
  } catch {
    // It is no module of Node, which says so once the library is loaded.
  }
}

/** Whether both ends of a call of each stage were read; never, where nothing can be read. */
const isRead = () =>
  ['blocks', 'buffer'].every((label) =>
    profiler.report().stages.some(({ stage, native_kb_delta }) => stage.startsWith(label) && native_kb_delta !== null),
  );

const deadline = performance.now() + 10_000;
for (let round = 0; round === 0 || (profiler.report().sources.native.available && !isRead()); round++) {
  if (performance.now() > deadline) break;
  await earn();
  await profiler.stage(`blocks${round}`, async () => {
    hold(`${library}.${round}`);
    await earn();
  });
  await earn();
  await profiler.stage(`buffer${round}`, async () => {
    buffers.push(Buffer.allocUnsafeSlow(32 * 1024 * 1024).fill(1));
    await earn();
  });
}
process.stdout.write(JSON.stringify(profiler.report()));
