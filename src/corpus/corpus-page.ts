import { join } from 'node:path';
import type { Report } from '../model/report.js';
import { fact, placeFacts, reportFacts } from '../page/facts.js';
import { flamePart } from '../page/flame-part.js';
import { InputTable } from '../page/input-table.js';
import { inputsPart } from '../page/inputs-part.js';
import { reportPart } from '../page/report-part.js';
import type { PageContent } from '../page/write-page.js';
import { bytesOf } from '../records/bytes.js';
import { HASH_WORDS, hashInto } from '../records/input-hash.js';
import type { FilePosition } from '../records/positions.js';
import { ReportColumns } from '../records/report-columns.js';
import { viewOf } from '../render/view.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import type { InputEvent } from './input-event.js';
import type { NamedInput } from './record-paths.js';
import { WorkerTimelines } from './worker-timelines.js';

interface CorpusNames {
  readonly pipelineName: string;
  /** Empty for the whole corpus. */
  readonly shardName: string;
  readonly folder: { readonly path: string };
  readonly shown: { readonly columns?: readonly string[] | undefined };
}

interface MergedProfiles {
  readonly report: Report;
  readonly processes: number;
}

/** The page of a run over a corpus. */
export class CorpusPage {
  readonly #inputs = new InputTable<FilePosition>();
  readonly #columns = new ReportColumns();
  readonly timelines = new WorkerTimelines();
  readonly #records: ReadonlyMap<string, string>;
  readonly #hash = new Uint32Array(HASH_WORDS);

  constructor(
    inputs: readonly NamedInput[],
    private readonly names: CorpusNames,
  ) {
    this.#records = new Map(inputs.map(({ input, recordName }) => [input, recordName]));
  }

  add(event: Extract<InputEvent, { type: 'done' | 'failed' }>): void {
    const { input, profile } = event;
    if (profile !== null) this.#columns.fill(profile);
    const bytes = bytesOf(JSON.stringify(input));
    hashInto(bytes, 0, bytes.bytes.length, this.#hash, 0);
    this.#inputs.add(
      {
        name: input,
        hash: this.#hash[0]! * 2 ** 21 + (this.#hash[1]! >>> 11),
        position: { file: join(this.names.folder.path, this.#records.get(input) ?? ''), line: 1 },
        error: event.type === 'failed' ? event.failure.kind : null,
      },
      profile === null ? undefined : this.#columns,
    );
  }

  /** @param summary how the run ended, in one line */
  content({ report, processes }: MergedProfiles, stacks: StackProfile | null, summary: string): PageContent {
    const { pipelineName, shardName, shown } = this.names;
    return {
      command: 'map',
      title: [`pipeline ${pipelineName}`, shardName].filter(Boolean).join(', '),
      facts: [
        fact('inputs', this.#inputs.state().total.toLocaleString('en-US')),
        ...reportFacts(report, 'elapsed in all inputs'),
        ...placeFacts('ended', Date.now()),
      ],
      story: [{ key: 'run', text: summary }],
      report: reportPart(viewOf(report, { columns: shown.columns, processes })),
      timelines: this.timelines.parts(),
      flame: stacks === null ? null : flamePart(stacks),
      inputs: inputsPart(this.#inputs.result()),
    };
  }
}
