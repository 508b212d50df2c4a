import type { ThreadJoin } from './thread-join.js';
import type { V8Profile } from './v8-profile.js';
import { ROTATE_NAME } from './v8-stacks.js';

/** Sends a command of the inspector's protocol to a thread. */
export type Post = (method: string, params?: object) => Promise<unknown>;

/** No program has profiles of its own with such a title. */
const TITLE = 'stageprof stacks ';

/**
 * Begins the next profile before the last one ends, so that nothing is missed in between. Stopping the only profile would
 * make V8 list all code anew, which stops the thread for 10 to 1,000 ms.
 */
const ROTATE = `function ${ROTATE_NAME}(next, last) {
  if (next !== '') this.profile(next);
  if (last !== '') this.profileEnd(last);
}`;

/**
 * How long a profile lasts. To take one stops the thread for some 5 us a node, and most nodes come again in the next
 * profile: short ones cost more, long ones stop the thread for longer at once. What a kill loses is the last profile, at
 * most a quarter of a short run.
 */
const SHORTEST_PROFILE_MS = 1000;
const LONGEST_PROFILE_MS = 5000;
const SHARE_OF_AGE = 0.25;
/** With more samples in one profile than this, it ends earlier. */
const MOST_SAMPLES = 1000;

/** Profiles one thread of the program, chunk by chunk. */
export class ProfiledThread {
  private chunk = 0;
  private consoleId: string | undefined;
  private readonly finished = new Map<string, V8Profile>();
  private turn: Promise<void> = Promise.resolve();
  private startMs = 0;
  private chunkMs = 0;
  private dueMs = Number.POSITIVE_INFINITY;
  /** How often a profile was ended by the program, or is missing for another reason. */
  endedEarly = 0;
  startPauseMs: number | null = null;

  constructor(
    private readonly post: Post,
    readonly join: ThreadJoin,
    private readonly intervalUs: number,
  ) {}

  /** What is asked for meanwhile comes after it. */
  start(): Promise<void> {
    this.turn = this.startNow();
    return this.turn;
  }

  private async startNow(): Promise<void> {
    await this.post('Profiler.enable');
    await this.post('Profiler.setSamplingInterval', { interval: this.intervalUs });
    const expression = '({ profile: console.profile, profileEnd: console.profileEnd })';
    const { result } = (await this.post('Runtime.evaluate', { expression, silent: true })) as Evaluated;
    if (result?.objectId === undefined) throw new Error('the console of the inspector cannot be reached');
    this.consoleId = result.objectId;
    await this.rotateNow(true);
    this.startMs = performance.now();
    this.setDue();
  }

  /** An event of the thread's profiler. */
  profileFinished(title: string, profile: V8Profile): void {
    if (!title.startsWith(TITLE)) return;
    // One that ends before it is asked for was ended by a `console.profileEnd()` of the program.
    this.finished.set(title, profile);
    if (title === TITLE + this.chunk) this.dueMs = Math.min(this.dueMs, this.chunkMs + SHORTEST_PROFILE_MS);
  }

  /** Whether it is time to take the profile. */
  get isDue(): boolean {
    return performance.now() >= this.dueMs || this.join.log.isFull;
  }

  /** Takes what was sampled since the last time. @param goesOn whether sampling goes on */
  rotate(goesOn: boolean): Promise<void> {
    const next = () => this.rotateNow(goesOn);
    // One profile that could not be taken is lost. The next may do.
    this.turn = this.turn.then(next, next);
    return this.turn;
  }

  private async rotateNow(goesOn: boolean): Promise<void> {
    const last = this.chunk === 0 ? '' : TITLE + this.chunk;
    const next = goesOn ? TITLE + ++this.chunk : '';
    const isEnded = this.finished.has(last);
    const begun = performance.now();
    if (last !== '') this.setDue();
    const answer = (await this.post('Runtime.callFunctionOn', {
      objectId: this.consoleId,
      functionDeclaration: ROTATE,
      arguments: [{ value: next }, { value: isEnded ? '' : last }],
      silent: true,
    })) as Evaluated;
    if (answer.exceptionDetails !== undefined) throw new Error('the console of the inspector has changed');
    this.startPauseMs ??= performance.now() - begun;
    if (last === '') return;
    const profile = this.finished.get(last);
    this.finished.clear();
    if (isEnded || profile === undefined) this.endedEarly++;
    if (profile !== undefined) this.join.addChunk(profile);
  }

  private setDue(): void {
    const now = performance.now();
    this.chunkMs = now;
    const longest = Math.min(LONGEST_PROFILE_MS, (MOST_SAMPLES * this.intervalUs) / 1000);
    const lasts = Math.max(SHORTEST_PROFILE_MS, Math.min(longest, (now - this.startMs) * SHARE_OF_AGE));
    this.dueMs = now + lasts;
  }
}

interface Evaluated {
  readonly result?: { readonly objectId?: string };
  readonly exceptionDetails?: object;
}
