import { JSON } from './intrinsics.js';

const { stringify } = JSON;

/** False once all objects or arrays have been given a `toJSON`: what is written from then on may say anything. */
export function isJsonIntact(): boolean {
  try {
    return stringify([{}]) === '[{}]';
  } catch {
    return false;
  }
}
