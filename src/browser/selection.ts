type Listener = (stage: string) => void;
const listeners: Listener[] = [];

/** Called when a reader has chosen a stage anywhere on the page. */
export function onStage(listener: Listener): void {
  listeners.push(listener);
}

export function chooseStage(stage: string): void {
  for (const listener of listeners) listener(stage);
}
