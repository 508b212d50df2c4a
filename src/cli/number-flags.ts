import { InvalidArgumentError } from 'commander';

/** For an option whose value is a whole number. @param what as in `numberWithin` */
export function wholeNumberFrom(least: number, what = ''): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It has to be a whole number${ofWhat(what)} from ${least}.`);
  };
}

/** @param what is counted: `of seconds` */
export function numberWithin(least: number, most: number, what = ''): (text: string) => number {
  return (text) => {
    const value = Number(text);
    // Number('') is 0.
    if (text.trim() !== '' && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It has to be a number${ofWhat(what)} from ${least} to ${most}.`);
  };
}

function ofWhat(what: string): string {
  return what === '' ? '' : ` ${what}`;
}
