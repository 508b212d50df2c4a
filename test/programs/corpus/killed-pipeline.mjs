// A pipeline that takes some milliseconds an input, and logs which process has begun which input.
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export default (input, { profiler }) => {
  appendFileSync(process.env.KILLED_LOG, `${process.pid} ${input}\n`);
  return profiler.stage('outer', async () => {
    for (let page = 0; page < 3; page++) await profiler.stage('page', () => sleep(5 + Math.random() * 10));
    return { pages: 3 };
  });
};
