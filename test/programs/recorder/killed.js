// node killed.js RECORDER: opens and closes stages until it is killed, and prints each after it is done.
import { writeSync } from 'node:fs';
import { StageProfiler } from '../../../dist/index.js';

const profiler = new StageProfiler({ recorder: process.argv[2] });
const waste = [];

function opened(label) {
  const stage = profiler.stage(label);
  writeSync(1, `+${stage.label}\n`);
  return stage;
}

function closed(stage) {
  stage.end();
  writeSync(1, `-${stage.label}\n`);
}

for (let round = 0; ; round++) {
  const input = opened('input');
  for (let part = 0; part < 3; part++) {
    const inner = opened(`part${part}`);
    // Makes new labels all the time, so that the kill may come while rows and labels grow.
    closed(opened(`step${round % 300}`));
    waste[part] = Buffer.alloc(1024 * (round % 64));
    closed(inner);
  }
  closed(input);
}
