import { emitWarning } from '../host/process.js';
import { subscribe, unsubscribe } from '../host/tasks.js';
import type { StageMessage } from '../model/stage-message.js';
import { CLOSE_CHANNEL, OPEN_CHANNEL } from './stage-channels.js';

/** What a bridge does with a stage. */
export interface StageReader {
  opened?(message: StageMessage): void;
  closed(message: StageMessage): void;
}

/**
 * Hands the stages of all profilers of this thread to a reader until the returned function is called.
 *
 * @param name the name of the bridge. Its first error is a warning with that name: no stage may fail, or end the
 *   program, because of a subscriber
 */
export function readStages(name: string, reader: StageReader): () => void {
  let hasFailed = false;
  const guarded = (read: (message: StageMessage) => void) => (message: unknown) => {
    try {
      read(message as StageMessage);
    } catch (error) {
      if (hasFailed) return;
      hasFailed = true;
      emitWarning(`${name} misses stages, the first for this reason: ${error}`, 'StageprofWarning');
    }
  };
  const onClose = guarded((message) => reader.closed(message));
  const onOpen = reader.opened === undefined ? undefined : guarded((message) => reader.opened?.(message));
  subscribe(CLOSE_CHANNEL, onClose);
  if (onOpen !== undefined) subscribe(OPEN_CHANNEL, onOpen);
  return () => {
    unsubscribe(CLOSE_CHANNEL, onClose);
    if (onOpen !== undefined) unsubscribe(OPEN_CHANNEL, onOpen);
  };
}
