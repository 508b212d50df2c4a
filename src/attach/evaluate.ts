import type { Post } from '../stacks/profiled-thread.js';
import { AttachError } from './open-inspector.js';

/** What an expression or a function came to in a thread of the process. */
export interface Evaluated {
  readonly result: { readonly type: string; readonly value?: unknown; readonly objectId?: string };
  readonly exceptionDetails?: { readonly text: string; readonly exception?: { readonly description?: string } };
}

/** The expression of the function that gives a built-in module. `getBuiltinModule` exists from Node 20.16 and 22.3 on. */
export const BUILT_IN = '(process.getBuiltinModule ?? require)';

/**
 * Evaluates an expression in a thread of the process, with the `require` that the inspector has for its own expressions.
 *
 * @throws {AttachError} where it throws
 */
export async function evaluate(post: Post, expression: string): Promise<Evaluated['result']> {
  const params = { expression, silent: true, includeCommandLineAPI: true };
  return checked((await post('Runtime.evaluate', params)) as Evaluated).result;
}

/** @throws {AttachError} where it threw */
export function checked(evaluated: Evaluated): Evaluated {
  const { exceptionDetails: thrown } = evaluated;
  if (thrown === undefined) return evaluated;
  const text = thrown.exception?.description ?? thrown.text;
  throw new AttachError(`it has refused: ${text.split('\n', 1)[0]}`);
}
