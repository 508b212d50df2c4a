/** @type {import('./index.js').Question} */
export default {
  asks: 'What does a full stage cost compared with other ways to measure a stage?',
  operation: 'stage',
  kind: 'time',
  baseline: 'stage, handle',
  contenders: [
    { name: 'stage, handle', module: 'stage', options: { form: 'handle' } },
    { name: 'stage, callback', module: 'stage', options: { form: 'callback' } },
    { name: 'hrtime + cpuUsage + memoryUsage by hand', module: 'by-hand' },
    { name: 'performance.mark + measure', module: 'user-timing' },
    { name: 'OpenTelemetry span', module: 'span' },
  ],
  budgets: [],
};
