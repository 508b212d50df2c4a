import { InvalidArgumentError, Option } from 'commander';
import { oneOf } from '../errors.js';
import {
  COLLECTS,
  type Collect,
  MEASURES,
  type Measure,
  RSS_PEAKS,
  type RssPeak,
  type StageProfilerOptions,
} from '../options.js';
import { UsageError } from './usage-error.js';

export interface ProfilerFlags {
  readonly profile?: true;
  readonly measure?: readonly Measure[];
  readonly collect?: Collect;
  readonly rssPeak?: RssPeak;
}

export function profilerFlags(): Option[] {
  return [
    new Option('--profile', 'measure the stages: a "profile" in each record, and the table of all at the end'),
    new Option(
      '--measure <list>',
      `what to read at the ends of a stage, of ${MEASURES.join(',')} (default: all)`,
    ).argParser(parseMeasures),
    new Option('--collect <when>', 'force full collections, so that js_kb_retained is exact (default: none)').choices(
      COLLECTS,
    ),
    new Option(
      '--rss-peak <how>',
      'reset: exact for every stage, but lowers what time -v shows (default: lifetime)',
    ).choices(RSS_PEAKS),
  ];
}

/** The options of each input's profiler; undefined where nothing is profiled. */
export function profilerOptions({
  profile,
  measure,
  collect,
  rssPeak,
}: ProfilerFlags): StageProfilerOptions | undefined {
  if (profile === true) {
    return {
      ...(measure === undefined ? {} : { measure }),
      ...(collect === undefined ? {} : { collect }),
      ...(rssPeak === undefined ? {} : { rssPeak }),
    };
  }
  const given = Object.entries({ '--measure': measure, '--collect': collect, '--rss-peak': rssPeak });
  for (const [flag, value] of given) {
    if (value !== undefined) throw new UsageError(`${flag} needs --profile beside it`);
  }
  return undefined;
}

function parseMeasures(list: string): Measure[] {
  return list.split(',').map((name) => {
    const measure = MEASURES.find((candidate) => candidate === name.trim());
    if (measure === undefined) throw new InvalidArgumentError(`It has to be a list of ${oneOf(MEASURES)}.`);
    return measure;
  });
}
