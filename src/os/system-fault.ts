import { getSystemErrorMap } from '../host/process.js';

/** Name and text of an errno: `ENOSPC`, `no space left on device (ENOSPC)`. */
export function systemFault(errno: number): { readonly code: string; readonly reason: string } {
  const [code, message] = getSystemErrorMap().get(-errno) ?? [`errno ${errno}`, 'unknown error'];
  return { code, reason: `${message} (${code})` };
}
