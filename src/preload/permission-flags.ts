import { basename, resolve, sep } from 'node:path';

/** Paths that a process under the permission model must be allowed to use for its report. */
export interface NeededPaths {
  readonly read: readonly string[];
  readonly write: readonly string[];
}

/** Flags of node whose value is the next argument. */
const FLAGS_WITH_VALUE = new Set(
  '-r --require --import --loader --experimental-loader -C --conditions -e --eval -p --print --env-file --input-type --title --allow-fs-read --allow-fs-write'.split(
    ' ',
  ),
);

const SWITCHED_ON = /(?:^|[\s"'=])--(?:experimental-)?permission(?=$|[\s"'])/;
const ALLOWED = {
  read: /--allow-fs-read[=\s]("[^"]*"|'[^']*'|[^\s"']+)/g,
  write: /--allow-fs-write[=\s]("[^"]*"|'[^']*'|[^\s"']+)/g,
};

/**
 * Whether a program runs under node's permission model and may not read the package, or not write to the folder of the
 * reports. With a `--require` of the package, Node 20 does not even start then.
 *
 * The flags are looked for in NODE_OPTIONS and in all arguments, also in those of `sh -c`, `env` or `timeout`, but not
 * within scripts.
 */
export function isDeniedByPermissions(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  needed: NeededPaths,
): boolean {
  const text = [env.NODE_OPTIONS ?? '', ...(isNode(program) ? flagsOfNode(args) : args)].join(' ');
  const isAllowed = (['read', 'write'] as const).every((kind) =>
    needed[kind].every((path) => allows(text, kind, path)),
  );
  return SWITCHED_ON.test(text) && !isAllowed;
}

export function isNode(program: string): boolean {
  return /^(?:node|nodejs)$/.test(basename(program)) || program === process.execPath;
}

/** The arguments before the script. Those after it belong to the script. */
function flagsOfNode(args: readonly string[]): readonly string[] {
  const end = args.findIndex(
    (arg, index) => arg === '--' || (!arg.startsWith('-') && !FLAGS_WITH_VALUE.has(args[index - 1] ?? '')),
  );
  return end === -1 ? args : args.slice(0, end);
}

function allows(text: string, kind: keyof NeededPaths, path: string): boolean {
  // A list with commas allows nothing here: only the first versions of Node 20 took one, and it is an error since.
  const values = [...text.matchAll(ALLOWED[kind])].map(([, value]) => value!.replace(/["']/g, ''));
  return values.some((value) => {
    if (value === '*') return true;
    if (value.endsWith('*')) return path.startsWith(resolve(value.slice(0, -1)));
    const folder = resolve(value);
    return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
  });
}
