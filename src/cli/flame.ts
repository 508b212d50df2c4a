import { writeFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { FLAME_TYPES, type FlameType, flameProfile, isTime, VALUE_OF } from '../flame/flame-stacks.js';
import { FLAME_FORMAT_NAMES, type FlameFormatName, flameFile } from '../flame/formats.js';
import { SetupError, systemReason } from '../model/setup-error.js';
import { UsageError } from '../model/usage-error.js';
import { EXIT_DONE } from '../os/exit-status.js';
import { fact, filesFact } from '../page/facts.js';
import { flamePart } from '../page/flame-part.js';
import { PageFile } from '../page/write-page.js';
import { readStacks } from '../stacks/read-stacks.js';
import { withNativeNames } from '../symbols/name-frames.js';
import { say } from '../terminal/say.js';
import { type PageFlag, pageFlag } from './table-flags.js';

interface FlameFlags extends PageFlag {
  readonly type?: FlameType;
  readonly stage?: string;
  readonly format: FlameFormatName;
  readonly base?: string;
  readonly symbols?: string;
  readonly output?: string;
}

const HELP = `
The files are those of --stacks: report.stacks.pb.gz beside --out report.json of run, task-INDEX.stacks.pb.gz in the
outdir of map. Several are added up. The outermost frame of each stack is the [label] of its stage. Values are
nanoseconds of CPU, or bytes of native memory: alloc what was allocated, live what was not freed at the end, peak what
was there when the process held the most.

--html PAGE writes flame graphs of all types, with search and zoom, as one page that a browser shows; with --base they
are coloured by the change. Standard output is then written only if --format is given too.

Exit codes: 0 done; 2 usage, or a file that cannot be read.`;

export function flameCommand(finish: (exitCode: number) => void): Command {
  return new Command('flame')
    .description('write stack profiles for other tools: collapsed stacks, speedscope, .cpuprofile, pprof')
    .argument('<files...>', 'stack profiles, as run and map write them with --stacks')
    .addOption(
      new Option(
        '--type <what>',
        'cpu: by function; lines: by the line that executes; alloc, live, peak: native memory (default: cpu, or live)',
      ).choices(FLAME_TYPES),
    )
    .option('--stage <label>', 'only this stage and those below it')
    .addOption(new Option('--format <format>', 'what to write').choices(FLAME_FORMAT_NAMES).default('collapsed'))
    .option('--base <file>', 'write the difference to this stack profile: collapsed or speedscope')
    .option('--symbols <folder>', 'name native functions by these files: FILE, BUILD-ID or .build-id/XX/YYYY.debug')
    .option('-o, --output <file>', 'write to a file instead of standard output')
    .addOption(pageFlag())
    .addHelpText('after', HELP)
    .action(async (files: string[], flags: FlameFlags, command: Command) => {
      const isPageOnly =
        flags.html !== undefined && flags.output === undefined && command.getOptionValueSource('format') === 'default';
      finish(await flame(files, flags, isPageOnly));
    });
}

async function flame(
  files: readonly string[],
  { stage, format, base, symbols, output, html, ...flags }: FlameFlags,
  isPageOnly: boolean,
): Promise<number> {
  const page = html === undefined ? undefined : new PageFile(html, { '--output': output });
  const profile = withNativeNames(await readStacks(files), symbols);
  const type = flags.type ?? (profile.isMeasured('cpu') ? 'cpu' : 'live');
  if (!profile.isMeasured(VALUE_OF[type])) throw new UsageError(noneOf(type));
  if (stage !== undefined && flameProfile(profile, { type, stage }).rows.length === 0) {
    throw new UsageError(`--stage ${stage}: no stack is in that stage`);
  }
  const before = base === undefined ? undefined : withNativeNames(await readStacks([base]), symbols);
  if (before?.isMeasured(VALUE_OF[type]) === false) {
    throw new UsageError(`--base ${base}: it has no ${kindOf(type)} stacks, which --type ${type} compares`);
  }
  page?.write({
    command: 'flame',
    title: files.join(' '),
    facts: [
      filesFact(files),
      ...(base === undefined ? [] : [fact('base', base)]),
      ...(stage === undefined ? [] : [fact('stage', stage)]),
    ],
    flame: flamePart(profile, { stage, base: before }),
  });
  if (page !== undefined) say(`the page is ${page.path}`);
  if (isPageOnly) return EXIT_DONE;
  const content = await flameFile(format, profile, before, { type, stage });
  if (output === undefined) await written(content);
  else writeTo(output, content);
  return EXIT_DONE;
}

function noneOf(type: FlameType): string {
  const flag = isTime(type) ? 'cpu' : 'native';
  return `--type ${type}: these files have no ${kindOf(type)} stacks; --stacks ${flag} samples them`;
}

function kindOf(type: FlameType): string {
  return isTime(type) ? 'CPU' : 'native';
}

/** An error of standard output is handled where the command ends. */
function written(content: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(content, () => resolve());
  });
}

function writeTo(path: string, content: string | Uint8Array): void {
  try {
    writeFileSync(path, content);
  } catch (error) {
    throw new SetupError(`-o ${path}: cannot be written, ${systemReason(error)}`);
  }
}
