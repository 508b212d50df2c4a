import { makeAgent } from './agent.js';
import type { AgentLook, AgentOrder, AgentSample, AgentUndone, TrackerSlots } from './agent-messages.js';
import { checked, type Evaluated, evaluate } from './evaluate.js';
import type { InspectorClient } from './inspector-client.js';
import { AttachError } from './open-inspector.js';

/** Somebody else looks into the process. */
export class AttachBusy extends AttachError {
  /** @param lastsMs when the process undoes by itself what is begun in it */
  constructor(lastsMs: number) {
    super(
      `another "stageprof attach" is at work in it, or was killed: attach again when that is undone, in ${Math.ceil(lastsMs / 1000)} s at the latest`,
    );
  }
}

const AGENT_URL = new URL('agent.js', import.meta.url).href;

const NOT_A_NUMBER = 'NaN!';

/** By what `makeAgent` leaves there. */
const IS_AT_WORK = `(() => {
  const kept = process[Symbol.for('stageprof.attached')];
  return kept !== undefined && kept.busyUntilMs > Number(process.hrtime.bigint() / 1000000n);
})()`;

/** The agent in the process, as it is seen from here. */
export class RemoteAgent {
  private constructor(
    private readonly client: InspectorClient,
    private readonly objectId: string,
    readonly began: AgentLook,
  ) {}

  /**
   * The agent is not awaited anywhere: a program in an endless loop answers too, since V8 takes commands between two of its turns.
   *
   * @throws {AttachBusy} where another attach is at work
   */
  static async start(
    client: InspectorClient,
    order: Omit<AgentOrder, 'notANumber'>,
    timeoutMs: number,
  ): Promise<RemoteAgent> {
    const whole: AgentOrder = { ...order, notANumber: NOT_A_NUMBER };
    // By its URL the profiles of the program know the profiler's own code.
    const expression = `(${makeAgent.toString()})(${JSON.stringify(whole)})\n//# sourceURL=${AGENT_URL}`;
    const result = await evaluate((method, params) => client.post(method, params, timeoutMs), expression);
    if (result.objectId === undefined) throw new AttachBusy(Number(result.value));
    const { objectId } = result;
    const began = await textFrom(client, objectId, 'return this.began');
    return new RemoteAgent(client, objectId, JSON.parse(began) as AgentLook);
  }

  /** Whether the agent of any attach is at work in the process. */
  static async isAtWork(client: InspectorClient, timeoutMs: number): Promise<boolean> {
    const { value } = await evaluate((method, params) => client.post(method, params, timeoutMs), IS_AT_WORK);
    return value === true;
  }

  async sample(isLast: boolean): Promise<AgentSample> {
    const text = await this.text(`return this.sample(${isLast})`);
    return JSON.parse(text, (_, value) => (value === NOT_A_NUMBER ? Number.NaN : value)) as AgentSample;
  }

  async lookAgain(): Promise<TrackerSlots | null> {
    return JSON.parse(await this.text('return this.lookAgain()')) as TrackerSlots | null;
  }

  /** @returns the tables of native stacks, compressed; empty where there are none */
  async endTracking(): Promise<Buffer> {
    return Buffer.from(await this.text('return this.endTracking()'), 'base64');
  }

  async undo(): Promise<AgentUndone> {
    return JSON.parse(await this.text('return this.undo()')) as AgentUndone;
  }

  async closeInspector(isNow: boolean): Promise<void> {
    await this.text(`this.closeInspector(${isNow}); return ''`);
  }

  private text(body: string): Promise<string> {
    return textFrom(this.client, this.objectId, body);
  }
}

async function textFrom(client: InspectorClient, objectId: string, body: string): Promise<string> {
  const evaluated = await client.post<Evaluated>('Runtime.callFunctionOn', {
    objectId,
    functionDeclaration: `function () { ${body} }`,
    returnByValue: true,
    silent: true,
  });
  return String(checked(evaluated).result.value);
}
