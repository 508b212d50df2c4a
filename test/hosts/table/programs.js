// What the rows of the table have in common.

export const OPEN = `import { activeProfiler } from 'stageprof';
const profiler = activeProfiler();
`;

/** A host that is one module, which has the profiler as `profiler`. */
export function moduleHost(name, source, row = {}) {
  const { flags = [], ...rest } = row;
  return { name, files: { 'main.mjs': `${OPEN}${source}` }, command: ['node', ...flags, 'main.mjs'], ...rest };
}

/** A host that uses packages of npm. */
export const withPackages = (name, packages, files, command, row) => ({
  name: `packages: ${name}`,
  packages,
  files,
  command,
  ...row,
});
