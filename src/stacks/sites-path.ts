/** The end of the name of the file in which a process keeps its tables of native stacks. */
export const SITES_SUFFIX = '.sites';

/** Where the tables of a process are that has this recorder, or these CPU stacks. */
export function sitesPath(beside: string): string {
  return beside + SITES_SUFFIX;
}
