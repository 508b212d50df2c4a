import { csvLine } from '../render/csv.js';
import { MEMBERS, type Reconciliation } from './reconciliation.js';

/** One line for each task and quantity. */
export function renderReconcileCsv({ tasks }: Reconciliation): string {
  const header = ['task', 'state', 'metric', 'unit', 'sacct', 'profiler', 'inside_inputs', 'difference', 'percent'];
  const lines = tasks.flatMap(({ task, state, quantities }) =>
    quantities.map((quantity) => {
      const { what, sacct, profiler, inside, difference, percent, verdict, reasons } = quantity;
      const { member, unit } = MEMBERS[what];
      const texts = [task, state, member, unit];
      const numbers = [sacct, profiler, inside, difference, percent];
      return [...texts, ...numbers, verdict, reasons.join('; ')];
    }),
  );
  return [[...header, 'verdict', 'reasons'], ...lines].map(csvLine).join('');
}
