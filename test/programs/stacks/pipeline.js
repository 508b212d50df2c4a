/** A pipeline of two stages: the first takes three times as long. An input named `fail…` fails while `FAIL` is set. */
import { spin } from './spin.js';

const long = (ms) => spin(ms) + 1;
const short = (ms) => spin(ms) + 2;

export default (input, { profiler }) => {
  profiler.stage('long', () => long(150));
  profiler.stage('short', () => short(50));
  if (input.startsWith('fail') && process.env.FAIL) throw new Error('as asked');
  return { length: input.length };
};
