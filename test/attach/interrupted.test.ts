import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { agentOrder } from '../../src/attach/agent-order.js';
import { InspectorClient } from '../../src/attach/inspector-client.js';
import { lookInside } from '../../src/attach/look-inside.js';
import { openInspector } from '../../src/attach/open-inspector.js';
import { OpenedMark } from '../../src/attach/opened-mark.js';
import { RemoteAgent } from '../../src/attach/remote-agent.js';
import { findTarget } from '../../src/attach/target.js';
import { listeningPorts } from '../../src/os/listening-ports.js';
import { attach, expectUntouched } from '../support/attach.js';
import { AttachTarget } from '../support/attach-target.js';

const LOOK = { seconds: 60, stacks: new Set<never>(), mayPause: true };
const UNTOUCHED = 'it was interrupted before the process was touched';
const kill = process.kill.bind(process);

afterEach(() => void vi.restoreAllMocks());

/** Looks at a target; `act` runs when the command would send its signal, or instead of it. */
function lookAt(target: AttachTarget, stopped: AbortSignal, act?: (pid: number, signal?: string | number) => true) {
  const sent = vi.spyOn(process, 'kill');
  if (act !== undefined) sent.mockImplementation(act);
  const found = findTarget(target.pid)!;
  const looked = lookInside(found, LOOK, stopped, () => {});
  return { looked, sent, mark: new OpenedMark(found) };
}

/** That nothing opens in the second after. */
async function expectNoPort(target: AttachTarget): Promise<void> {
  await delay(1000);
  await expectUntouched(target);
}

/** As soon as the command handles signals: SIGHUP is the last of them. */
const INTERRUPTS_ITSELF = `process.on('newListener', (name) => {
  if (name === 'SIGHUP') setImmediate(() => process.kill(process.pid, 'SIGINT'));
});`;

describe('Ctrl-C while the inspector of a process is not open leaves none open', () => {
  test('while /proc is read: the process is not touched', async () => {
    const target = await AttachTarget.start(['idle']);
    const { exitCode, stdout, lines } = await attach(target, [], {
      nodeFlags: [`--import=data:text/javascript,${encodeURIComponent(INTERRUPTS_ITSELF)}`],
    });
    expect(exitCode).toBe(130);
    expect(stdout).toMatch(/^memory /m);
    expect(lines).toEqual([`stageprof: process ${target.pid} is seen from outside only: ${UNTOUCHED}`]);
    await expectNoPort(target);
    expect(target.stderr).toBe('');
  });

  test.each([0, 5, 50])('%i ms after what /proc tells was printed', async (ms) => {
    const target = await AttachTarget.start(['idle']);
    const { exitCode } = await attach(target, ['--for', '60'], {
      onSpawn: (child) => void child.stdout!.once('data', () => setTimeout(() => child.kill('SIGINT'), ms)),
    });
    expect(exitCode).toBe(130);
    await expectNoPort(target);
  });

  test('before the command sends its signal: it sends none', async () => {
    const target = await AttachTarget.start(['idle']);
    const { looked, sent } = lookAt(target, AbortSignal.abort());
    expect(await looked).toEqual({ look: null, obstacle: UNTOUCHED, afterwards: null });
    expect(sent).not.toHaveBeenCalled();
    await expectNoPort(target);
  });

  test('when the signal has just been sent: the inspector is awaited and closed, and nothing is looked at', async () => {
    const target = await AttachTarget.start(['idle']);
    const interruption = new AbortController();
    const { looked, mark } = lookAt(target, interruption.signal, (...sent) => {
      kill(...sent);
      interruption.abort();
      return true;
    });
    const { look, obstacle, afterwards } = await looked;
    expect(look).toBeNull();
    expect(obstacle).toBe('it was interrupted before anything was looked at');
    expect(afterwards).toMatchObject({ isThere: true, wasOpen: false, isClosed: true, faults: [] });
    expect(mark.isThere).toBe(false);
    await expectNoPort(target);
  });

  test('where it does not open, the command ends all the same, and says what may come', async () => {
    const target = await AttachTarget.start(['idle']);
    const interruption = new AbortController();
    const { looked, mark } = lookAt(target, interruption.signal, () => {
      interruption.abort();
      return true;
    });
    const { obstacle } = await looked;
    expect(obstacle).toMatch(
      /^it was interrupted; should its inspector open later, the next "stageprof attach" closes/,
    );
    expect(mark.isThere).toBe(true);
    mark.remove();
  });
});

test('Ctrl-C does not close the inspector under another attach that is at work', async () => {
  const target = await AttachTarget.start(['idle']);
  const found = findTarget(target.pid)!;
  const other = await openInspector(found, new AbortController().signal);
  const agent = await RemoteAgent.start(other.client, { ...agentOrder(found, true, LOOK), addon: null }, 60_000);
  const interruption = new AbortController();
  const connect = InspectorClient.connect.bind(InspectorClient);
  vi.spyOn(InspectorClient, 'connect').mockImplementationOnce((...where) => {
    interruption.abort();
    return connect(...where);
  });
  const { afterwards } = await lookAt(target, interruption.signal).looked;
  expect(afterwards).toMatchObject({ isClosed: false, isLeftToOther: true });
  expect(other.client.isOpen).toBe(true);
  await agent.undo();
  await agent.closeInspector(false);
  // Node may crash where a connection ends while its inspector closes.
  while (listeningPorts(target.pid).length > 0) await delay(20);
  await other.client.close();
  new OpenedMark(found).remove();
  await expectNoPort(target);
});

test('a signal that cannot be sent leaves no mark for the next attach', async () => {
  const target = await AttachTarget.start(['idle']);
  const { looked, mark } = lookAt(target, new AbortController().signal, () => {
    throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
  });
  expect((await looked).obstacle).toMatch(/^it cannot be sent SIGUSR1: .*EPERM/);
  expect(mark.isThere).toBe(false);
});

test('an inspector that opens and cannot be connected to is told, and the next attach closes it', async () => {
  const target = await AttachTarget.start(['idle']);
  vi.spyOn(InspectorClient, 'connect').mockRejectedValueOnce(new Error('no answer'));
  const { looked } = lookAt(target, new AbortController().signal);
  expect(await looked).toMatchObject({
    look: null,
    obstacle:
      'its inspector cannot be connected to: no answer; its inspector is open, and the next "stageprof attach" closes it',
  });
  expect(listeningPorts(target.pid)).toHaveLength(1);
  const { exitCode, stdout } = await attach(target);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^after +inspector closed/m);
  await expectUntouched(target);
});
