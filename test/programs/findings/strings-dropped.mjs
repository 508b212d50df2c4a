// 20 strings of 10 MiB outside of the JS heap, none of them kept.
import { activeProfiler } from 'stageprof';

const bytes = Buffer.alloc(10 << 20, 'a');
for (let i = 0; i < 20; i++) activeProfiler().stage('decode', () => bytes.toString('latin1').length);
