/** A pipeline whose stage holds 20 MiB. The process of an input named `killed` is killed. */
const addon = { exports: {} };
process.dlopen(addon, process.env.ADDON);

export default (input, { profiler }) => {
  profiler.stage('holds', () => {
    for (let i = 0; i < 10; i++) addon.exports.hold(2 * 2 ** 20);
  });
  if (input === 'killed') process.kill(process.pid, 'SIGKILL');
  return {};
};
