/** The end of the name of the file in which a process keeps its tables of native stacks. */
export const SITES_SUFFIX = '.sites';
