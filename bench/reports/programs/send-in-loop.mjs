import { spawn } from 'node:child_process';
import { activeProfiler } from 'stageprof';

// A child that does not read.
const child = spawn('sleep', ['60'], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
const message = 'y'.repeat(100_000);
for (let i = 0; i < 2000; i++) activeProfiler().stage('send', () => child.send(message));
child.kill('SIGKILL');
process.exit(0);
