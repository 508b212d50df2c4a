import type { Postmortem } from '../recorder/postmortem.js';
import { postmortemNotes } from '../recorder/postmortem-page.js';
import type { Recording } from '../recorder/reader.js';
import { viewOf } from '../render/view.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import { fact, placeFacts, reportFacts } from './facts.js';
import { flamePart } from './flame-part.js';
import { reportPart } from './report-part.js';
import { timelineParts } from './timeline-part.js';
import type { PageContent } from './write-page.js';

/** The page of a process that has died, or still runs. @param stacks null where it has left none */
export function postmortemContent(
  found: Postmortem,
  recording: Recording,
  stacks: StackProfile | null,
  nowMs: number,
): PageContent {
  const { metadata } = recording;
  return {
    command: 'postmortem',
    title: metadata.command ?? `process ${found.process.pid}`,
    facts: [
      fact('process', String(found.process.pid)),
      ...reportFacts(found.report),
      ...placeFacts(hasEnded(found) ? 'ended' : 'last seen', found.last.at_ms, null),
    ],
    story: postmortemNotes(found, nowMs),
    report: reportPart(viewOf(found.report)),
    timelines: timelineParts([recording]),
    flame: stacks === null ? null : flamePart(stacks),
  };
}

/** False where that is not known. */
function hasEnded({ process: { running, recorder } }: Postmortem): boolean {
  return running === false || (running === null && (recorder === 'closed' || recorder === 'ended'));
}
