const DEPTHS = [1, 10, 100];

function contendersOf(kind, options) {
  return DEPTHS.map((depth) => ({
    name: `${kind}, depth ${depth}`,
    module: 'stage',
    options: { ...options, depth },
    baseline: `${kind}, depth 1`,
  }));
}

/** @type {import('./index.js').Question} */
export default {
  asks: 'Does a stage cost more when it is nested deeper?',
  operation: 'stage',
  kind: 'time',
  rounds: 5,
  contenders: [
    ...contendersOf('full, handles', { form: 'nested handles' }),
    ...contendersOf('time only, handles', { form: 'nested handles', measure: [] }),
    ...contendersOf('time only, callbacks', { form: 'nested callbacks', measure: [] }),
  ],
  budgets: [],
};
