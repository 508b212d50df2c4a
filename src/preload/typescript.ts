import { nodeFeatures, nodeVersion, processObject } from '../host/process.js';

/** Node 22.6 to 22.17 strip types only with this flag. */
const STRIPPING_FLAG = '--experimental-strip-types';

/** Whether this Node runs TypeScript by itself: it removes the types, and refuses what would have to be transformed. */
export function stripsTypes(): boolean {
  const { typescript } = nodeFeatures as { readonly typescript?: unknown };
  return typescript !== undefined && typescript !== false;
}

/** What this Node can do about TypeScript, and what else can, such as `Node v20.20.2 takes no TypeScript: …`. */
export function typeScriptRemedy(withTsx: string): string {
  const tsx = `install tsx and ${withTsx}`;
  if (stripsTypes()) return `it has TypeScript that Node ${nodeVersion} cannot strip, such as an enum: ${tsx}`;
  const flag = processObject.allowedNodeEnvironmentFlags.has(STRIPPING_FLAG)
    ? `set NODE_OPTIONS=${STRIPPING_FLAG}, or `
    : '';
  return `Node ${nodeVersion} takes no TypeScript, Node 24 does: ${flag}${tsx}`;
}
