/** Returns some 8 MiB of objects for each input, and keeps 4 MiB of numbers. */
const kept = [];

export default (input, { profiler }) =>
  profiler.stage('read', () => {
    kept.push(Array.from({ length: 2 ** 19 }, (_, index) => index + 0.5));
    return { input, rows: Array.from({ length: 1e5 }, (_, id) => ({ id, half: id / 2 + 0.25 })) };
  });
