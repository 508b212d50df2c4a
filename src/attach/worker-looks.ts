import type { Post } from '../stacks/profiled-thread.js';
import { type InspectorClient, InspectorError } from './inspector-client.js';

/** A JS thread that is sampled: the main thread, or a worker. */
export interface JsThread {
  /** 0 for the main thread. */
  readonly id: number;
  /** As in stacks: `main`, the name of a worker, or `worker`. */
  readonly name: string;
  readonly post: Post;
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Waiting {
  readonly sessionId: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Workers are told one after another; those that come later are not sampled. */
const FOUND_WITHIN_MS = 50;
/** A worker in a long call does not answer. */
const LONGEST_ANSWER_MS = 3000;

/** The worker threads of a process, each by a session of its own through the session to the main thread. */
export class WorkerLooks {
  private readonly found = new Map<string, JsThread>();
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;

  constructor(private readonly client: InspectorClient) {}

  get threads(): JsThread[] {
    return [...this.found.values()];
  }

  async start(): Promise<void> {
    const { client } = this;
    client.on('NodeWorker.attachedToWorker', ({ sessionId, workerInfo }: Attached) => {
      const [, id, name] = TITLE.exec(workerInfo.title) ?? [];
      const shown = name === undefined || name === '' || name === 'WorkerThread' ? 'worker' : name;
      const post: Post = (method, params = {}) => this.post(sessionId, method, params);
      this.found.set(sessionId, { id: Number(id ?? Number.NaN), name: shown, post });
    });
    client.on('NodeWorker.detachedFromWorker', ({ sessionId }: Pick<Attached, 'sessionId'>) => {
      this.found.delete(sessionId);
      for (const waiting of this.waiting.values()) {
        if (waiting.sessionId === sessionId) waiting.reject(new InspectorError('the thread has ended'));
      }
    });
    client.on('NodeWorker.receivedMessageFromWorker', ({ message }: { message: string }) => {
      const { id, result, error } = JSON.parse(message) as Answer;
      const waiting = this.waiting.get(id ?? 0);
      if (error === undefined) waiting?.resolve(result);
      else waiting?.reject(new InspectorError(error.message));
    });
    await client.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
    await new Promise((resolve) => setTimeout(resolve, FOUND_WITHIN_MS));
  }

  async stop(): Promise<void> {
    await this.client.post('NodeWorker.disable');
  }

  private async post(sessionId: string, method: string, params: object): Promise<unknown> {
    const id = ++this.lastId;
    const answered = new Promise<unknown>((resolve, reject) => this.waiting.set(id, { sessionId, resolve, reject }));
    // It may be refused while the message is on its way.
    answered.catch(() => {});
    const timer = setTimeout(() => {
      this.waiting.get(id)?.reject(new InspectorError('the thread has not answered'));
    }, LONGEST_ANSWER_MS);
    try {
      const message = JSON.stringify({ id, method, params });
      await this.client.post('NodeWorker.sendMessageToWorker', { sessionId, message });
      return await answered;
    } finally {
      clearTimeout(timer);
      this.waiting.delete(id);
    }
  }
}

interface Attached {
  readonly sessionId: string;
  readonly workerInfo: { readonly title: string };
}

/** Its id and its name, as Node puts them together. */
const TITLE = /^\[worker (\d+)\] ?(.*)$/s;
