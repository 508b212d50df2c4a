// A pipeline that keeps 4 MiB of each of its inputs.
/** @type {Buffer[]} */
const kept = [];

/** @param {string} input @param {{ profiler: import('stageprof').Profiler }} options */
export default (input, { profiler }) => {
  profiler.stage('keep', () => kept.push(Buffer.alloc(4 * 1024 * 1024, input)));
  return { kept: kept.length };
};
