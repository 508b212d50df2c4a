import { escapeControls } from '../text/escape.js';

/** A message as one line, whatever is in it. Messages go to stderr: stdout is for results alone. */
export function messageLine(message: string): string {
  return `stageprof: ${escapeControls(message)}\n`;
}

export function say(message: string): void {
  process.stderr.write(messageLine(message));
}
