import { type Afterwards, countsOf, settled } from './afterwards.js';
import type { InsideLook, LookOptions } from './inside-look.js';
import { AttachError, type OpenInspector, openInspector } from './open-inspector.js';
import { isThere, type Target } from './target.js';
import { Visit } from './visit.js';

export interface AttachResult {
  readonly look: InsideLook | null;
  /** Why there is no look; one line. */
  readonly obstacle: string | null;
  /** Null where its inspector was not entered. */
  readonly afterwards: Afterwards | null;
}

/**
 * Looks into a process, and leaves it as it was. Never throws for what the process is or does.
 *
 * @param stopped aborted when the look shall end now; nothing is looked at where it has not begun by then
 * @param tell takes a message before something is done that the program will notice
 * @param onBegun called when the first sample is taken
 */
export async function lookInside(
  target: Target,
  options: LookOptions,
  stopped: AbortSignal,
  tell: (message: string) => void,
  onBegun: () => void = () => {},
): Promise<AttachResult> {
  const before = countsOf(target.pid);
  let inspector: OpenInspector;
  try {
    inspector = await openInspector(target, stopped, tell);
  } catch (error) {
    if (!(error instanceof AttachError)) throw error;
    return { look: null, obstacle: whyNot(error, target), afterwards: null };
  }
  const visit = new Visit(target, inspector, options, stopped, { tell, onBegun });
  let look: InsideLook | null = null;
  let failure: Error | null = null;
  try {
    // Then the inspector was only waited for, to be closed again.
    if (stopped.aborted) throw new AttachError('it was interrupted before anything was looked at');
    look = await visit.look();
  } catch (error) {
    failure = error as Error;
  }
  const { undone, isClosed } = await visit.leave();
  const afterwards: Afterwards = {
    isThere: isThere(target),
    wasOpen: !inspector.opened,
    isClosed,
    isLeftToOther: visit.isLeftToOther,
    slots: undone?.slots ?? null,
    ...(await settled(target.pid, before)),
    faults: undone?.faults ?? [],
  };
  return { look, obstacle: failure === null ? null : whyNot(failure, target), afterwards };
}

/** Whatever fails when a process dies fails because of that. */
function whyNot({ message }: Error, target: Target): string {
  return isThere(target) ? message : `process ${target.pid} has ended meanwhile`;
}
