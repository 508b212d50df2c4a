const HANDLE = 'stage, handle';
const CALLBACK = 'stage, callback';
const ADDON = 'two clock readings by the addon';
const SPAN = 'OpenTelemetry span';
const measure = [];

/** @type {import('./index.js').Question} */
export default {
  asks: 'What does a stage that measures only time cost?',
  operation: 'stage',
  kind: 'time',
  baseline: ADDON,
  contenders: [
    { name: ADDON, module: 'clock', options: { clock: 'addon' } },
    { name: 'two hrtime.bigint', module: 'clock', options: { clock: 'hrtime' } },
    { name: 'two performance.now', module: 'clock', options: { clock: 'now' } },
    { name: HANDLE, module: 'stage', options: { form: 'handle', measure } },
    { name: CALLBACK, module: 'stage', options: { form: 'callback', measure } },
    { name: 'performance.mark + measure', module: 'user-timing' },
    { name: SPAN, module: 'span' },
  ],
  budgets: [
    { text: 'a time-only stage costs at most 120 ns', contender: HANDLE, nsAtMost: 120 },
    {
      text: 'a time-only stage costs at most a fifth of an OpenTelemetry span',
      contender: HANDLE,
      against: SPAN,
      ratioAtMost: 0.2,
    },
  ],
};
