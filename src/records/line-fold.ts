import type { Bytes } from './bytes.js';
import type { LinePosition } from './positions.js';

/** Takes lines and comes to something that can be handed from thread to thread. */
export interface LineFold<State> {
  /** @param from start of a line that ends with a newline, with slack behind it */
  addLine(input: Bytes, from: number, position: LinePosition): void;
  addMalformed(position: LinePosition, reason: string): void;
  /** No line is added after it. */
  state(): State;
}

/** Opens folds one after another: what they learn of the lines is kept between them. */
export type OpenFold<State> = () => LineFold<State>;

/** How each thread gets its folds: a module that it imports, and what it gives to the `openFolds` of that. */
export interface FoldSource<State, Options = unknown> {
  readonly module: string;
  readonly options: Options;
  /** Never there: it ties the state to the source. */
  readonly state?: State;
}

export async function openFoldsOf<State>({ module, options }: FoldSource<State>): Promise<OpenFold<State>> {
  const { openFolds } = (await import(module)) as { openFolds(options: unknown): OpenFold<State> };
  return openFolds(options);
}
