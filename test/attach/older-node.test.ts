import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { lookInside } from '../../src/attach/look-inside.js';
import { findTarget } from '../../src/attach/target.js';
import { listeningPorts } from '../../src/os/listening-ports.js';
import { attach, expectUntouched } from '../support/attach.js';
import { AttachTarget } from '../support/attach-target.js';

const OLDER = join(import.meta.dirname, '../programs/attach/older-node.cjs');
const start = (works: readonly string[]) =>
  AttachTarget.start(works, { flags: ['--inspect-port=0', '--require', OLDER] });

describe('a Node without process.getBuiltinModule, as before 20.16', () => {
  test('is looked at with its workers, and its inspector is closed', async () => {
    const target = await start(['worker']);
    const { exitCode, stdout } = await attach(target, ['--stacks', 'cpu,native']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ +worker 1, helper: .* used of /m);
    expect(stdout).toMatch(/^after +inspector closed, (\d+) of \1 slots restored/m);
    await expectUntouched(target);
  });

  test('has its inspector closed also where nothing was looked at', async () => {
    const target = await start(['idle']);
    const interruption = new AbortController();
    const kill = process.kill.bind(process);
    const sent = vi.spyOn(process, 'kill').mockImplementation((...signal) => {
      kill(...signal);
      interruption.abort();
      return true;
    });
    const options = { seconds: 1, stacks: new Set<never>(), mayPause: true };
    const { afterwards } = await lookInside(findTarget(target.pid)!, options, interruption.signal, () => {});
    sent.mockRestore();
    expect(afterwards).toMatchObject({ wasOpen: false, isClosed: true });
    expect(listeningPorts(target.pid)).toEqual([]);
  });
});
