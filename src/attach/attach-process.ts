import { withFindings } from '../findings/reported.js';
import { UsageError } from '../model/usage-error.js';
import { EXIT_DONE, EXIT_FAILED, exitCodeOfSignal } from '../os/exit-status.js';
import { programContent } from '../page/run-content.js';
import { PageFile } from '../page/write-page.js';
import { ReportFile } from '../run/report-file.js';
import { leaveProfile } from '../run/stacks-file.js';
import { say } from '../terminal/say.js';
import { layoutOf, type Shown } from '../terminal/terminal.js';
import { attachReport } from './attach-report.js';
import { afterwardsText, insideNotes, renderAttach } from './attach-text.js';
import type { LookOptions } from './inside-look.js';
import { type AttachResult, lookInside } from './look-inside.js';
import { lookThroughProc } from './proc-look.js';
import { procNotes, renderProc } from './proc-text.js';
import { findTarget, type Target } from './target.js';

export interface AttachOrder extends LookOptions {
  readonly pid: number;
  /** A file for the report; undefined for none. */
  readonly out: string | undefined;
  /** A file for the page; undefined for none. */
  readonly html: string | undefined;
  readonly shown: Shown;
}

/**
 * Looks at a process and prints what was found.
 *
 * @returns the exit code
 * @throws {UsageError} where there is no such process
 */
export async function attachProcess(order: AttachOrder): Promise<number> {
  const { pid, out, html, shown } = order;
  const target = findTarget(pid);
  if (target === null) throw new UsageError(`there is no process ${pid}`);
  if (pid === process.pid) throw new UsageError('a process cannot attach to itself');
  const file = out === undefined ? undefined : new ReportFile(out);
  const page = html === undefined ? undefined : new PageFile(html, { '--out': out });
  const signals = new Interruption();
  try {
    const seen = await lookThroughProc(target);
    if (seen === null) throw new UsageError(`process ${pid} has ended`);
    const layout = layoutOf(process.stdout, shown);
    process.stdout.write(`${renderProc(seen, layout)}\n`);
    const result = await lookInside(target, order, signals.stopped, say);
    if (result.look === null) return failed(target, result, signals);
    const found = attachReport(result.look, seen, order);
    process.stdout.write(renderAttach(found, result.look, result.afterwards!, layout));
    if (result.look.cpuMissing !== null) say(`CPU stacks are left out: ${result.look.cpuMissing}`);
    file?.write(`${JSON.stringify(withFindings(found.report))}\n`);
    if (out !== undefined && found.stacks !== null) await leaveProfile(out, pid, found.stacks);
    page?.leave(() =>
      programContent({
        command: 'attach',
        title: target.command ?? `process ${pid}`,
        report: found.report,
        stacks: found.stacks,
        timelines: [],
        exit: null,
        atMs: Date.now(),
        story: [...procNotes(seen), ...insideNotes(found.report, result.look!)],
        columns: shown.columns,
      }),
    );
    return signals.exitCode ?? EXIT_DONE;
  } finally {
    signals.end();
  }
}

/** What prevents the look inside is one line. What /proc tells has been printed. */
function failed({ pid }: Target, { obstacle, afterwards }: AttachResult, signals: Interruption): number {
  say(`process ${pid} is seen from outside only: ${obstacle}`);
  if (afterwards !== null) say(`afterwards: ${afterwardsText(afterwards)}`);
  return signals.exitCode ?? EXIT_FAILED;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What is begun in another process is undone before this one ends. */
class Interruption {
  private readonly controller = new AbortController();
  private signal: NodeJS.Signals | null = null;
  private readonly onSignal = (signal: NodeJS.Signals): void => {
    this.signal ??= signal;
    this.controller.abort();
  };

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.onSignal);
  }

  get stopped(): AbortSignal {
    return this.controller.signal;
  }

  get exitCode(): number | null {
    return this.signal === null ? null : exitCodeOfSignal(this.signal);
  }

  end(): void {
    for (const signal of SIGNALS) process.off(signal, this.onSignal);
  }
}
