// holding-stage.mjs ENTRY LIBRARY: runs stages that load a library which holds 32 MiB, and stages that make a Buffer of
// 32 MiB. Prints the report as JSON. ENTRY is that of the package.
import { copyFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const [entry, library] = process.argv.slice(2);
const { StageProfiler } = await import(entry);
const profiler = new StageProfiler();
const buffers = [];

// A time budget limits readings of malloc's statistics. It refills while nothing is read.
const earn = () => setTimeout(50);

function hold(copy) {
  copyFileSync(library, copy);
  try {
    process.dlopen({ exports: {} }, copy);
  } catch {
    // The library is no module of Node. Node throws only after it has loaded the library.
  }
}

/** Whether both ends of a call of each kind of stage were read. They never are when nothing can be read. */
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
