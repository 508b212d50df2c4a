import { activeProfiler } from 'stageprof';

const kept = [];
for (let i = 0; i < 20; i++) {
  activeProfiler().stage('request', () => {
    const memory = new WebAssembly.Memory({ initial: 160 });
    new Uint8Array(memory.buffer).fill(1);
    kept.push(memory);
  });
}
globalThis.kept = kept;
