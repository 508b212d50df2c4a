import { setTimeout as delay } from 'node:timers/promises';
import { systemReason } from '../model/setup-error.js';
import { isPortTaken, type ListeningPort, listeningPorts } from '../os/listening-ports.js';
import { readProcessStatus } from '../os/process-status.js';
import { textIn } from '../os/read-if-possible.js';
import { InspectorClient, inspectorAt } from './inspector-client.js';
import { OpenedMark } from './opened-mark.js';
import { isThere, obstacleOf, streamObstacle, type Target } from './target.js';

/** Why the inspector of a process cannot be used; one line, with what else can be done. */
export class AttachError extends Error {}

export interface OpenInspector {
  readonly client: InspectorClient;
  readonly port: ListeningPort;
  /** Whether it was opened here: it is closed again then. */
  readonly opened: boolean;
}

const USUAL_PORT = 9229;
/** A process in a long call, or on a machine with much to do, takes so long to open its inspector. */
const LONGEST_OPENING_MS = 8000;
/** By then the signal is handled, and whoever was in an event loop has been woken. */
const HANDLED_AFTER_MS = 1000;
/** From when its event loop goes on until its inspector listens. */
const LONGEST_LISTENING_MS = 3000;
/** A call of native code that takes longer is not waited for. */
const LONGEST_CALL_MS = 60_000;
/** An inspector that was asked for opens, also on a busy machine. After Ctrl-C it is waited for to be closed again. */
const LONGEST_AFTER_INTERRUPTION_MS = 5000;
const LONGEST_TAKEN_MS = 3000;
const POLL_MS = 10;
const ANSWER_MS = 3000;

/**
 * Opens the inspector of a process by SIGUSR1, or uses the one that is open.
 *
 * @param stopped where it is aborted before the signal was sent, none is sent; later the inspector is awaited all the same, so
 *   that the caller can close it
 * @param tell takes a message when that takes long
 * @throws {AttachError} where that is not possible
 */
export async function openInspector(
  target: Target,
  stopped: AbortSignal,
  tell: (message: string) => void = () => {},
): Promise<OpenInspector> {
  const { pid } = target;
  const before = listeningPorts(pid);
  const closed = streamObstacle(pid);
  const there = closed === null ? await openAlready(pid, before) : null;
  const obstacle = closed ?? obstacleOf(target, there !== null);
  if (obstacle !== null) throw new AttachError(obstacle.text);
  if (stopped.aborted) throw new AttachError(UNTOUCHED);
  const mark = new OpenedMark(target);
  if (there !== null) return { ...(await connected(there)), opened: mark.isThere };
  await awaitFreePort(pid, stopped);
  if (stopped.aborted) throw new AttachError(UNTOUCHED);
  sendSignal(pid, mark);
  const found = await awaitInspector(target, mark, { before, stopped, tell });
  try {
    return { ...(await connected(found)), opened: true };
  } catch (error) {
    throw new AttachError(`${(error as Error).message}; ${STAYS_OPEN}`);
  }
}

/** From here on the process opens its inspector, whatever becomes of this command. The mark says so, and therefore comes first. */
function sendSignal(pid: number, mark: OpenedMark): void {
  const isNew = mark.put();
  try {
    process.kill(pid, 'SIGUSR1');
  } catch (error) {
    if (isNew) mark.remove();
    throw new AttachError(`it cannot be sent SIGUSR1: ${systemReason(error)}`);
  }
}

interface Waiting {
  /** The ports that it listened on before the signal. */
  readonly before: readonly ListeningPort[];
  readonly stopped: AbortSignal;
  readonly tell: (message: string) => void;
}

async function awaitInspector(target: Target, mark: OpenedMark, { before, stopped, tell }: Waiting): Promise<Found> {
  const { pid } = target;
  const begun = performance.now();
  let wentOnMs = Number.POSITIVE_INFINITY;
  let interruptedMs = Number.POSITIVE_INFINITY;
  for (let isTold = false; ; await delay(POLL_MS)) {
    if (!isThere(target)) {
      mark.remove();
      throw new AttachError(`process ${pid} has ended`);
    }
    const found = await newInspector(pid, before);
    if (found !== null) return found;
    const waitedMs = performance.now() - begun;
    if (stopped.aborted) {
      interruptedMs = Math.min(interruptedMs, waitedMs);
      if (waitedMs - interruptedMs < LONGEST_AFTER_INTERRUPTION_MS) continue;
      throw new AttachError(`it was interrupted; ${STILL_OPENS}`);
    }
    if (waitedMs > HANDLED_AFTER_MS && waitsForEvents(pid)) wentOnMs = Math.min(wentOnMs, waitedMs);
    if (waitedMs < LONGEST_OPENING_MS) continue;
    // Its event loop goes on, and would have opened the inspector.
    if (waitedMs - wentOnMs > LONGEST_LISTENING_MS) throw new AttachError(whyNone(pid));
    if (wentOnMs < waitedMs) continue;
    if (!isTold) tell(`process ${pid} is in a long call of native code, and ${OPENS_THEN}: waiting for it`);
    isTold = true;
    if (waitedMs > LONGEST_CALL_MS) throw new AttachError(LONG_CALL);
  }
}

const UNTOUCHED = 'it was interrupted before the process was touched';
const STAYS_OPEN = 'its inspector is open, and the next "stageprof attach" closes it';
const OPENS_THEN = 'opens its inspector when that returns';
const STILL_OPENS = 'should its inspector open later, the next "stageprof attach" closes it';
const LONG_CALL = `its main thread is in a long call of native code: attach when that has returned; ${STILL_OPENS}`;

/** An inspector on a port that was not there before. */
async function newInspector(pid: number, before: readonly ListeningPort[]): Promise<Found | null> {
  const known = new Set(before.map(nameOf));
  for (const port of listeningPorts(pid).filter((found) => !known.has(nameOf(found)))) {
    const found = await inspectorAt(port.host, port.port, ANSWER_MS);
    if (found !== null) return { port, url: found.webSocketDebuggerUrl };
  }
  return null;
}

/** epoll_wait and epoll_pwait of x64, and epoll_pwait of arm64. */
const WAITS_FOR_EVENTS = process.arch === 'arm64' ? /^22 / : /^(232|281) /;

/** Whether the main thread is in an event loop, as far as the kernel tells. */
function waitsForEvents(pid: number): boolean {
  const call = textIn(`/proc/${pid}/task/${pid}/syscall`);
  // Where that may not be seen, a long call is not waited for.
  return call === undefined || WAITS_FOR_EVENTS.test(call);
}

/** Another attach on this machine may have the port for a moment. A signal while it is taken opens nothing. */
async function awaitFreePort(pid: number, stopped: AbortSignal): Promise<void> {
  if (optionsOf(pid).includes('--inspect-port')) return;
  const begun = performance.now();
  while (isPortTaken(USUAL_PORT) && !stopped.aborted) {
    if (performance.now() - begun > LONGEST_TAKEN_MS) {
      throw new AttachError(
        `port ${USUAL_PORT}, which its inspector would use, is taken by another process: end that, or start this one with --inspect-port=0`,
      );
    }
    await delay(100);
  }
}

/** What the process was started with. */
function optionsOf(pid: number): string {
  return `${textIn(`/proc/${pid}/cmdline`) ?? ''}\0${textIn(`/proc/${pid}/environ`) ?? ''}`;
}

interface Found {
  readonly port: ListeningPort;
  readonly url: string;
}

async function connected({ port, url }: Found): Promise<Pick<OpenInspector, 'client' | 'port'>> {
  // The host in it is the one that the process was given, which may be one that means all.
  const at = new URL(url);
  at.hostname = port.host.includes(':') ? `[${port.host}]` : port.host;
  at.port = String(port.port);
  try {
    return { client: await InspectorClient.connect(at.href, ANSWER_MS), port };
  } catch (error) {
    throw new AttachError(`its inspector cannot be connected to: ${(error as Error).message}`);
  }
}

/** An inspector that is open before anything was done. Other ports of the program are left alone. */
async function openAlready(pid: number, ports: readonly ListeningPort[]): Promise<Found | null> {
  // With 0 it may be any port.
  const isAsked = /--inspect(?!-port)|--inspect-port=(\S*:)?0\b/.test(optionsOf(pid));
  const named = /--inspect-port=(?:\S*:)?(\d+)/.exec(optionsOf(pid))?.[1];
  for (const port of ports) {
    if (port.port !== Number(named ?? USUAL_PORT) && !isAsked) continue;
    const found = await inspectorAt(port.host, port.port, ANSWER_MS);
    if (found !== null && isOf(pid, found.title)) return { port, url: found.webSocketDebuggerUrl };
  }
  return null;
}

/** The title is the path of the script, or `node[PID]`. */
function isOf(pid: number, title: string): boolean {
  const named = /^\S+\[(\d+)\]$/.exec(title)?.[1];
  return named === undefined || Number(named) === (readProcessStatus(pid)?.innerPid ?? pid) || Number(named) === pid;
}

function nameOf({ host, port }: ListeningPort): string {
  return `${host} ${port}`;
}

/** The target still runs, and has not opened its inspector. */
function whyNone(pid: number): string {
  return (
    `it opened no inspector within ${LONGEST_OPENING_MS / 1000} s of SIGUSR1: the program has a handler of its own for that signal, ` +
    `which has run instead, or it waits in a call such as execSync, or Node was built without an inspector; process ${pid} goes on, ` +
    `and can be started under "stageprof run"; ${STILL_OPENS}`
  );
}
