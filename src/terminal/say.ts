import { escapeControls } from '../text/escape.js';

/** One line of a message on stderr, whatever names and reasons it holds: stdout is for results alone. */
export function messageLine(message: string): string {
  return `stageprof: ${escapeControls(message)}\n`;
}

export function say(message: string): void {
  process.stderr.write(messageLine(message));
}
