import { SCHEDULERS, type Scheduler } from '../os/schedulers.js';
import { tableText, withMarkedTables } from './marked-tables.js';

/** `text` of docs/schedulers.md with its table replaced by that of the code. */
export function withSchedulerTable(text: string): string {
  const heads = ['scheduler', 'index of the task', 'how many tasks', 'first index', 'an ordinary job has'];
  return withMarkedTables(text, { schedulers: tableText(heads, SCHEDULERS.map(rowOf)) });
}

function rowOf(scheduler: Scheduler): string[] {
  const { name, documented, file, id, ordinary, first } = scheduler;
  const where = file === undefined ? '' : ` in the file of \`${file}\``;
  return [
    documented.startsWith('http') ? `[${name}](${documented})` : `${name} (${documented})`,
    `\`${id}\`${where}`,
    countOf(scheduler),
    first === undefined ? '`--task-first`' : first === 0 ? '0' : `\`${first}\``,
    ordinary === undefined ? `no \`${id}\`` : `\`${ordinary.join('=')}\``,
  ];
}

function countOf({ count, first, last, step }: Scheduler): string {
  if (count !== undefined) return `\`${count}\``;
  if (last === undefined) return '`--task-count`';
  const range = `\`${last}\`${step === undefined ? '' : ` and \`${step}\``}`;
  return first === undefined ? `\`--task-count\`, checked by ${range}` : `from ${range}`;
}
