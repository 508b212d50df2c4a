/** Why a program that a bundler made lacks a file of this package, and what to do. */
export const inBundle = (lacking: string): string =>
  `the program is a bundle, in which stageprof has no ${lacking}: mark stageprof as external in the bundler, and install it beside the bundle`;
