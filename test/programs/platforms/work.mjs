// A program for every platform: a stage that keeps 20 MiB of Buffers, and an exit code of its own. With `map` it works on
// one input.
import { activeProfiler } from 'stageprof';

const kept = [];

export function allocate() {
  for (let i = 0; i < 20; i++) kept.push(Buffer.allocUnsafeSlow(1024 * 1024));
}

export default function work(_input, { profiler }) {
  profiler.stage('allocate', allocate);
  return { kept: kept.length };
}

if (process.argv[2] === 'run') {
  work('', { profiler: activeProfiler() });
  process.exitCode = 7;
}
