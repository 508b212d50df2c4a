import { counted } from '../text/format.js';
import { type CompareNote, percentText } from './compare-note.js';
import type { Comparison } from './comparison.js';
import { differentLoads, type MachineLoad } from './load.js';
import { missingMetrics } from './missing-metrics.js';
import type { CompareResult, Observation, SideOrigin } from './result.js';
import { stackChangeNotes } from './stack-change-notes.js';

/** The lines above the rows: what was compared with what. */
export function headingLines({ base, new: next, inputs, observation }: CompareResult): string[] {
  return [
    `base  ${sideText(base, observation)}`,
    `new   ${sideText(next, observation)}`,
    inputs === null ? '' : inputsLine(inputs),
  ].filter((line) => line !== '');
}

function sideText(
  { name, files, records, failed, unprofiled, nameless, load }: SideOrigin,
  observation: Observation,
): string {
  const machine = load === null ? '' : `, ${loadText(load)}`;
  if (files === null)
    return `${name}: a report${records === null ? '' : ` of ${counted(records, 'record')}`}${machine}`;
  const without = [
    ...(failed > 0 ? [`${number(failed)} failed`] : []),
    ...(unprofiled > 0 ? [`${number(unprofiled)} without profile`] : []),
    ...(nameless > 0 ? [`${number(nameless)} without input`] : []),
  ];
  const leftOut = without.length === 0 ? '' : `, left out: ${without.join(', ')}`;
  return `${name}: ${counted(records ?? 0, observation === 'run' ? 'run' : 'record')} in ${counted(files, 'file')}${machine}${leftOut}`;
}

function loadText({ mean, highest }: MachineLoad): string {
  return mean === null ? `load up to ${perCpu(highest)} a CPU` : `load ${perCpu(mean)} a CPU`;
}

function perCpu(load: number): string {
  return load.toFixed(2);
}

function inputsLine({ both, onlyBase, onlyNew }: NonNullable<CompareResult['inputs']>): string {
  const others =
    onlyBase + onlyNew === 0
      ? ', there are no others'
      : `; left out: ${number(onlyBase)} only in base, ${number(onlyNew)} only in new`;
  return `${counted(both, 'input')} in both ${both === 1 ? 'is' : 'are'} compared${others}`;
}

/** The notes below the rows, on what the rows do not say. */
export function compareNotes(result: CompareResult): CompareNote[] {
  const { base, new: next, observation, confidence, comparisons } = result;
  const hasIntervals = comparisons.some(({ difference }) => difference?.probability != null);
  const isOfReports = base.files === null || next.files === null;
  return [
    ...(isOfReports && base.records !== next.records ? [differentRecords(base, next)] : []),
    ...failedInOneSum(base, next),
    ...(observation === 'record' && !isOfReports ? [UNMATCHED] : []),
    ...differentMachineLoads(base, next),
    ...(hasIntervals
      ? [
          { key: 'interval', text: `${percentText(confidence)} intervals are of how ${HOW_DIFFERENT[observation]}` },
          verdictNote(confidence, comparisons),
        ]
      : []),
    ...withoutInterval(comparisons),
    ...unmeasured(comparisons),
    ...stackChangeNotes(result),
    ...missingMetrics(result).map(({ field, reason }) => ({ key: 'left out', text: `${field}: ${reason}` })),
  ];
}

const UNMATCHED: CompareNote = {
  key: 'inputs',
  text: 'are not matched: where the two sides have other inputs, that is part of the change',
  isAlarm: true,
};

function differentRecords(base: SideOrigin, next: SideOrigin): CompareNote {
  const [before, after] = [base, next].map(({ records }) => (records === null ? 'not counted' : number(records)));
  const text = `are ${before} in base and ${after} in new: that is part of the change, compare the records themselves`;
  return { key: 'records', text, isAlarm: true };
}

/** A report has what failed records used, and does not tell how much that is. The sums of records do without them. */
function failedInOneSum(base: SideOrigin, next: SideOrigin): CompareNote[] {
  const isBaseReport = base.files === null;
  if (isBaseReport === (next.files === null) || base.failed + next.failed === 0) return [];
  // A report of one run has no records that could fail.
  if ((isBaseReport ? base : next).records === null) return [];
  const [report, records] = isBaseReport ? ['base', 'new'] : ['new', 'base'];
  const text = `that failed are in the sums of ${report}, which is a report, and left out of ${records}: that is part of the change`;
  return [{ key: 'records', text, isAlarm: true }];
}

function differentMachineLoads({ load: base }: SideOrigin, { load: next }: SideOrigin): CompareNote[] {
  const loads = differentLoads(base, next);
  if (loads === null) return [];
  const text = `was ${perCpu(loads.base)} threads a CPU in base and ${perCpu(loads.new)} in new: where they wait for each other, that is part of the change`;
  return [{ key: 'load', text, isAlarm: true }];
}

const HOW_DIFFERENT: Readonly<Record<Observation, string>> = {
  input: 'inputs differ, not of how runs do: what the machine was doing meanwhile is in none of them',
  record: 'records differ: those of one run have in common what the machine was doing meanwhile',
  run: 'the runs of each side differ',
};

function verdictNote(confidence: number, comparisons: readonly Comparison[]): CompareNote {
  const count = comparisons.filter(({ difference }) => difference?.probability != null).length;
  const text = `significant with ${percentText(confidence)} for all ${counted(count, 'comparison')} together (Holm); no word is no evidence, not no change`;
  return { key: 'up, down', text };
}

/** Why metrics have no interval, each reason once. */
function withoutInterval(comparisons: readonly Comparison[]): CompareNote[] {
  const fields = new Map<string, Set<string>>();
  for (const { whyNoInterval, field } of comparisons) {
    if (whyNoInterval === null) continue;
    const ofReason = fields.get(whyNoInterval) ?? new Set();
    fields.set(whyNoInterval, ofReason.add(field));
  }
  return Array.from(fields, ([reason, names]) => ({ key: 'no interval', text: `${[...names].join(', ')}: ${reason}` }));
}

function unmeasured(comparisons: readonly Comparison[]): CompareNote[] {
  const fields = new Set(
    comparisons
      .filter(({ unmeasured }) => (unmeasured?.base ?? 0) + (unmeasured?.new ?? 0) > 0)
      .map((one) => one.field),
  );
  if (fields.size === 0) return [];
  const text = `${[...fields].join(', ')}: not in every record; those without count as the mean of the others`;
  return [{ key: 'not measured', text }];
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}
