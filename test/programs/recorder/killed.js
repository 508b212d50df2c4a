// node killed.js RECORDER: opens and closes stages until it is killed, and says so each time, after it is done.
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
    // New labels all the time, so that rows and labels grow while the kill comes.
    closed(opened(`step${round % 300}`));
    waste[part] = Buffer.alloc(1024 * (round % 64));
    closed(inner);
  }
  closed(input);
}
