import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { listeningPorts } from '../../src/os/listening-ports.js';
import type { AttachTarget } from './attach-target.js';
import { type CliOptions, runCli } from './run-cli.js';

/** Looks at a process for half a second. */
export const attach = (
  { pid }: { readonly pid?: number | undefined },
  args: readonly string[] = [],
  options: CliOptions = {},
) => runCli(['attach', String(pid), '--full', '--for', '0.5', ...args], options);

/** Waits until an attach is at work in a process that had none before: its addon stays loaded afterwards. */
export async function awaitLook(target: AttachTarget): Promise<void> {
  while (!target.modules.some((path) => path.endsWith('/stageprof.node'))) await delay(20);
}

/** That the process goes on, and nothing in it listens that did not before. */
export async function expectUntouched(target: AttachTarget, ports = 0): Promise<void> {
  expect(target.hasEnded).toBe(false);
  expect(listeningPorts(target.pid)).toHaveLength(ports);
  await target.rounds();
  // Those of one that does not go on stay 0 until the test has taken too long.
  while ((await target.rounds()) === 0) await delay(20);
}
