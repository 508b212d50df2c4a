/**
 * The bare loop runs twice; the second shows how far two trials of the same code differ. A callback that is made for
 * each pass costs its caller an allocation, profiled or not, so that form has a baseline of its own.
 */
function contendersOver(work) {
  const bare = `${work}, bare`;
  const bareClosure = `${work}, new closure, bare`;
  const contender = (name, form, baseline) => ({ name, module: 'null-stage', options: { work, form }, baseline });
  return [
    contender(bare, 'bare', bare),
    contender(`${bare} again`, 'bare', bare),
    contender(`${work}, handle`, 'handle', bare),
    contender(`${work}, callback`, 'callback', bare),
    contender(bareClosure, 'bare closure', bare),
    contender(`${bareClosure} again`, 'bare closure', bareClosure),
    contender(`${work}, new closure, callback`, 'closure', bareClosure),
  ];
}

function budgetsOver(work) {
  const budget = (form, against) => ({
    text: `${work} work in a nullProfiler stage (${form}) cannot be told from ${against}`,
    contender: `${work}, ${form}`,
    against: `${work}, ${against}`,
    noise: `${work}, ${against} again`,
  });
  return [budget('handle', 'bare'), budget('callback', 'bare'), budget('new closure, callback', 'new closure, bare')];
}

/** @type {import('./index.js').Question} */
export default {
  asks: 'Does instrumented code cost anything while it is not profiled?',
  operation: 'pass of the loop',
  kind: 'time',
  contenders: [...contendersOver('hash'), ...contendersOver('near-empty')],
  budgets: [...budgetsOver('hash'), ...budgetsOver('near-empty')],
};
