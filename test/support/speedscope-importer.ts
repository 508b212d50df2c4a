import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import vm from 'node:vm';

/** A profile as speedscope has it after an import. */
export interface ImportedProfile {
  readonly name: string;
  readonly weight: number;
  /** Each stack, the outermost frame first, with its weight. */
  readonly stacks: ReadonlyMap<string, number>;
}

interface SpeedscopeProfile {
  getName(): string;
  getTotalWeight(): number;
  forEachCall(
    open: (node: { readonly frame: { readonly name: string } }, value: number) => void,
    close: (node: unknown, value: number) => void,
  ): void;
}

interface Importers {
  importProfilesFromArrayBuffer(
    name: string,
    bytes: ArrayBuffer,
  ): Promise<{ readonly profiles: readonly SpeedscopeProfile[] } | null>;
}

/**
 * Opens a file as speedscope (https://www.speedscope.app) does: by the importers of its own build, which is made for
 * browsers and has no interface. The page itself is cut off.
 */
export async function openInSpeedscope(fileName: string, content: string | Uint8Array): Promise<ImportedProfile[]> {
  const bytes = Uint8Array.from(typeof content === 'string' ? Buffer.from(content) : content);
  const group = await (await importers()).importProfilesFromArrayBuffer(fileName, bytes.buffer);
  if (group === null) throw new Error(`speedscope does not know the format of ${fileName}`);
  return group.profiles.map((profile) => ({
    name: profile.getName(),
    weight: profile.getTotalWeight(),
    stacks: stacksOf(profile),
  }));
}

function stacksOf(profile: SpeedscopeProfile): Map<string, number> {
  const stacks = new Map<string, number>();
  const open: string[] = [];
  let since = 0;
  const upTo = (value: number) => {
    if (value > since && open.length > 0) {
      const key = open.join(';');
      stacks.set(key, (stacks.get(key) ?? 0) + value - since);
    }
    since = value;
  };
  profile.forEachCall(
    ({ frame }, value) => {
      upTo(value);
      open.push(frame.name);
    },
    (_, value) => {
      upTo(value);
      open.pop();
    },
  );
  return stacks;
}

let loaded: Promise<Importers> | undefined;

function importers(): Promise<Importers> {
  loaded ??= load();
  return loaded;
}

function load(): Promise<Importers> {
  const folder = join(dirname(createRequire(import.meta.url).resolve('speedscope/package.json')), 'dist/release');
  const build = readdirSync(folder).find((name) => /^speedscope-.*\.js$/.test(name))!;
  const text = readFileSync(join(folder, build), 'utf8');
  const [, variable] = /return\(await ([\w$]+)\)\.importProfileGroupFromText\(/.exec(text)!;
  const page = text.lastIndexOf('console.log(`speedscope v');
  const code = `${text.slice(0, page)}globalThis.importers=${variable};})();`;
  const anything: object = new Proxy(function element() {}, {
    get: (_, name) => (name === Symbol.toPrimitive ? () => '' : anything),
    apply: () => anything,
    construct: () => anything,
    set: () => true,
  });
  const globals = {
    ArrayBuffer,
    TextDecoder,
    TextEncoder,
    URL,
    Uint8Array,
    console: { log() {}, warn() {}, error() {}, time() {}, timeEnd() {} },
    document: anything,
    navigator: { platform: '', userAgent: '' },
    localStorage: anything,
    setTimeout,
  } as Record<string, unknown>;
  globals.window = globals;
  globals.self = globals;
  for (const name of ['HTMLElement', 'HTMLCanvasElement', 'FontFace', 'matchMedia', 'addEventListener', 'location']) {
    globals[name] = anything;
  }
  vm.runInNewContext(code, globals);
  return globals.importers as Promise<Importers>;
}
