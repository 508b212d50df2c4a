// Holds the findings of a report to what is true of the program.
import { COLLECTED, KINDS } from './kinds.js';

const MIB = 1024;
const OUTSIDE = ['(outside any stage)', '(program)'];
const TOTAL = '(program)';
/** A finding about less need not be told. */
const WORTH_KIB = 100 * MIB;
/** What node, its workers and the program itself use besides. */
const OWN_KIB = 24 * MIB;
/** Loading node is outside of all stages. */
const START_KIB = 80 * MIB;
const SHARE = 0.2;

const FINDINGS_OF = new Map(Object.values(KINDS).map(({ owner, findings }) => [owner, findings]));
const GROWTH = new Set([...FINDINGS_OF.values()].flat());
/** These are about time, or say no more than that nothing is known. */
const UNJUDGED = new Set(['waiting', 'off-thread', 'gc-bound']);

const mib = (kib) => `${Math.round(kib / MIB)} MiB`;

/**
 * @param {readonly { stage: string, kind: string, amount: number, text: string }[]} findings
 * @param {Map<string, object>} truths of expected.js
 * @param {{ collected: boolean, freeKib: number }} run whether collections were forced; what malloc had free in the end
 * @returns {{ wrong: object[], right: object[], silent: object[], unclear: object[] }}
 */
export function judge(findings, truths, run) {
  const verdict = { wrong: [], right: [], silent: [], unclear: [] };
  for (const finding of findings) {
    if (UNJUDGED.has(finding.kind)) continue;
    const why = faultOf(finding, truths, run);
    verdict[why === undefined ? 'right' : 'wrong'].push({ ...finding, why });
  }
  for (const [stage, truth] of truths) {
    for (const [owner, kib] of Object.entries(truth.kept)) {
      if (kib < WORTH_KIB || isInside(stage, owner, kib, truths)) continue;
      const told = findings.filter((finding) => isAbout(finding.stage, stage));
      if (told.some(({ kind }) => FINDINGS_OF.get(owner).includes(kind))) continue;
      const unclear = told.find(
        ({ kind }) => kind === 'unexplained-growth' || (kind === 'uncollected' && COLLECTED.has(owner)),
      );
      verdict[unclear === undefined ? 'silent' : 'unclear'].push({ stage, owner, kib, as: unclear?.kind });
    }
  }
  return verdict;
}

/** Whether a finding at one row is also about another: rows contain those inside them. */
const isAbout = (told, stage) =>
  told === stage ||
  stage.startsWith(`${told}.`) ||
  told.startsWith(`${stage}.`) ||
  (OUTSIDE.includes(told) === OUTSIDE.includes(stage) && OUTSIDE.includes(told));

/** Whether a stage inside has most of it, and is looked at itself. */
function isInside(stage, owner, kib, truths) {
  return [...truths].some(([label, { kept }]) => label.startsWith(`${stage}.`) && (kept[owner] ?? 0) > kib / 2);
}

function faultOf({ stage, kind, amount, text }, truths, { collected, freeKib }) {
  const outside = OUTSIDE.includes(stage);
  const truth = stage === TOTAL ? sumOf(truths) : truths.get(stage);
  if (truth === undefined) return 'no such stage';
  const slackKib = OWN_KIB + (outside ? START_KIB : 0);
  const atMost = (kib, what) =>
    amount > kib * (1 + SHARE) + slackKib ? `${mib(amount)}, but ${what} is ${mib(kib)}` : undefined;
  if (kind === 'fragmentation') {
    return atMost(Math.min(truth.freed, freeKib), `freed here ${mib(truth.freed)}, and free in malloc at the end`);
  }
  if (kind === 'transient-native') return atMost(truth.atOnce, 'needed for a moment');
  if (kind === 'unexplained-growth') return atMost(truth.made, 'all that was made');
  if (kind === 'uncollected') {
    if (collected) return 'collections were forced';
    const left = [...COLLECTED].reduce((all, owner) => all + (truth.kept[owner] ?? 0) + (truth.garbage[owner] ?? 0), 0);
    return atMost(left, 'what a collection could free');
  }
  if (!GROWTH.has(kind)) return 'unknown kind';
  const owners = [...FINDINGS_OF].filter(([, kinds]) => kinds.includes(kind)).map(([owner]) => owner);
  // A finding may leave it open whether a collection would free it.
  const isOpen = text.includes('no collection has freed them yet');
  const dropped = isOpen ? owners.reduce((all, owner) => all + (truth.garbage[owner] ?? 0), 0) : 0;
  const kib = owners.reduce((all, owner) => all + (truth.kept[owner] ?? 0), 0);
  const above = atMost(kib + dropped, isOpen ? 'kept or garbage' : 'kept');
  if (above !== undefined) return above;
  // A finding may say that there may be more. A row may tell one owner of several, and the kernel takes pages of files back.
  const least = Math.min(...owners.flatMap((owner) => truth.kept[owner] ?? []), kind === 'file-pages' ? 0 : kib);
  if (amount < least * (1 - SHARE) - OWN_KIB && !text.includes('at least '))
    return `${mib(amount)}, but kept is ${mib(kib)}`;
  return rateFault(text, owners, isOpen ? [truth.perCall, truth.garbagePerCall] : [truth.perCall]);
}

/** What is true of the whole program: of its outermost rows together. */
function sumOf(truths) {
  const outermost = [...truths].filter(([label]) => ![...truths.keys()].some((other) => label.startsWith(`${other}.`)));
  const total = { kept: {}, perCall: {}, garbage: {}, garbagePerCall: {}, freed: 0, atOnce: 0, made: 0 };
  for (const [, truth] of outermost) {
    for (const sums of ['kept', 'perCall', 'garbage', 'garbagePerCall']) {
      for (const [owner, kib] of Object.entries(truth[sums])) total[sums][owner] = (total[sums][owner] ?? 0) + kib;
    }
    for (const sum of ['freed', 'made']) total[sum] += truth[sum];
    total.atOnce = Math.max(total.atOnce, truth.atOnce);
  }
  return total;
}

const RATE = /([\d.]+) (KiB|MiB|GiB) a call/;
const UNIT_KIB = { KiB: 1, MiB: MIB, GiB: MIB * MIB };

function rateFault(text, owners, amounts) {
  const [, number, unit] = RATE.exec(text) ?? [];
  if (number === undefined) return undefined;
  const toldKib = Number(number) * UNIT_KIB[unit];
  const kib = amounts.reduce((all, of) => owners.reduce((sum, owner) => sum + (of[owner] ?? 0), all), 0);
  return toldKib > kib * (1 + SHARE) + 2 * MIB ? `"${mib(toldKib)} a call", but each call adds ${mib(kib)}` : undefined;
}
