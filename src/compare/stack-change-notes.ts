import { OUTSIDE } from '../report/outside-row.js';
import { amountLines } from '../text/amount-lines.js';
import { counted, duration, inline, size } from '../text/format.js';
import { type CompareNote, percentText } from './compare-note.js';
import type { LiveChange } from './live-changes.js';
import type { CompareResult } from './result.js';
import type { StackChange } from './stack-changes.js';
import { togetherText, totalsText } from './stack-totals.js';

/** So many of each kind are told. JSON has all. */
const MOST = 6;

/** Which stacks use more or less than before, in words. */
export function stackChangeNotes(result: CompareResult): CompareNote[] {
  const { stacks, confidence } = result;
  if (stacks === null) return [];
  const { compared, changed, live } = stacks;
  if (changed === null) {
    return [{ key: 'stacks', text: `are totals of ${totalsText(result)}: not compared`, isAlarm: true }];
  }
  const whose = whoseText(result);
  const ofCpu = `${changed.length.toLocaleString('en-US')} of ${counted(compared, 'function')} changed by more than sampling explains, with ${percentText(confidence)} for all together (Holm)`;
  return [
    ...changeLines('cpu', changed.map(cpuLine)),
    ...(compared === 0 && live !== null ? [] : [{ key: 'stacks', text: `${ofCpu}${moreOf(changed)}${whose}` }]),
    ...changeLines('live', live?.map(liveLine) ?? []),
    ...(live === null ? [] : [{ key: 'stacks', text: `${liveText(live)}${moreOf(live)}${whose}` }]),
  ];
}

/** The rows are of inputs in both, or of the mean run. Stacks are of all. */
function whoseText(result: CompareResult): string {
  const { inputs } = result;
  if (inputs !== null && inputs.onlyBase + inputs.onlyNew > 0)
    return '; stacks are of all inputs, also of those left out';
  const together = inputs === null ? togetherText(result) : '';
  return together === '' ? '' : `; ${together}`;
}

function liveText({ length }: readonly LiveChange[]): string {
  const what = length === 0 ? 'no stack holds' : `${counted(length, 'stack')} ${length === 1 ? 'holds' : 'hold'}`;
  return `${what} more or less native memory at the end, by more than 5 %, 1 MiB and three standard errors`;
}

function moreOf({ length }: readonly unknown[]): string {
  return length > MOST ? `, ${length - MOST} more in --format json` : '';
}

interface ChangeLine {
  readonly stage: string;
  readonly isUp: boolean;
  readonly change: string;
  readonly base: string;
  readonly text: string;
}

function changeLines(kind: string, all: readonly ChangeLine[]): CompareNote[] {
  const told = all.slice(0, MOST);
  const lines = told.map(({ stage, change, base, text }) => ({
    name: stage === '' ? OUTSIDE : stage,
    amount: `${change} from ${base}`,
    text,
  }));
  return amountLines(lines, 'right').map((text, index) => ({
    key: `${kind} ${told[index]!.isUp ? 'up' : 'down'}`,
    text,
  }));
}

function cpuLine({ stage, text, baseNs, newNs, errorNs }: StackChange): ChangeLine {
  const isUp = newNs > baseNs;
  const change = `${isUp ? '+' : ''}${secondsText(newNs - baseNs)} ± ${secondsText(errorNs)}`;
  return { stage, isUp, change, base: secondsText(baseNs), text };
}

function liveLine({ stage, text, baseBytes, newBytes, errorBytes }: LiveChange): ChangeLine {
  const change = inline(size((newBytes - baseBytes) / 1024, true));
  const error = errorBytes === 0 ? '' : ` ± ${inline(size(errorBytes / 1024))}`;
  return { stage, isUp: newBytes > baseBytes, change: `${change}${error}`, base: inline(size(baseBytes / 1024)), text };
}

function secondsText(ns: number): string {
  return inline(duration(ns / 1e9));
}
