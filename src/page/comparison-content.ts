import type { ComparisonView } from '../compare/comparison-view.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import { comparisonPart } from './comparison-part.js';
import { fact } from './facts.js';
import { flamePart } from './flame-part.js';
import type { PageContent } from './write-page.js';

/** The page of a comparison. @param stacks of both sides; null where not both have some */
export function comparisonContent(
  view: ComparisonView,
  stacks: { readonly base: StackProfile; readonly new: StackProfile } | null,
): PageContent {
  const { base, new: next, inputs, violations } = view.result;
  return {
    command: 'compare',
    title: `${base.name} → ${next.name}`,
    facts: [
      fact('base', base.name),
      fact('new', next.name),
      ...(inputs === null ? [] : [fact('inputs in both', inputs.both.toLocaleString('en-US'))]),
      ...(violations.length === 0 ? [] : [fact('thresholds crossed', String(violations.length))]),
    ],
    comparison: comparisonPart(view),
    flame: stacks === null ? null : flamePart(stacks.new, { base: stacks.base }),
  };
}
