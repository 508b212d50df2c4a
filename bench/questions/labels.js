const LABELS = [1, 100, 4000];

function contendersOf(kind, options) {
  return LABELS.map((labels) => ({
    name: `${kind}, labels: ${labels}`,
    module: 'stage',
    options: { form: 'many labels', ...options, labels },
    baseline: `${kind}, labels: 1`,
  }));
}

/** @type {import('./index.js').Question} */
export default {
  asks: 'Does a stage cost more when there are more labels, entered in turn?',
  operation: 'stage',
  kind: 'time',
  rounds: 5,
  contenders: [...contendersOf('full', {}), ...contendersOf('time only', { measure: [] })],
  budgets: [],
};
