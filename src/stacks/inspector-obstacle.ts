import { environment, execArgv } from '../host/process.js';

/** Flags of Node, which it takes on the command line alone. */
const WITHOUT_INSPECTOR = /^--(test|watch(-path|-preserve-output)?)(=|$)/;
const PROFILERS = /--cpu-prof\b/;

/** Why the main thread cannot be sampled by an inspector session; null where nothing is known against it. */
export function inspectorObstacle(): string | null {
  // To connect to it ends the process with an assertion.
  const flag = execArgv.find((argument) => WITHOUT_INSPECTOR.test(argument));
  if (flag !== undefined) return `Node has no inspector in a process with ${flag}`;
  // Node prints each profile of another session that its own session hears of.
  const ofNode = PROFILERS.test([...execArgv, environment.NODE_OPTIONS ?? ''].join(' ')) ? '--cpu-prof' : coverage();
  return ofNode === null ? null : `Node profiles the program itself, by ${ofNode}`;
}

function coverage(): string | null {
  return (environment.NODE_V8_COVERAGE ?? '') === '' ? null : 'NODE_V8_COVERAGE';
}
