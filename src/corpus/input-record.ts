import type { Report } from '../model/report.js';
import type { Failure } from './failure.js';
import { failureLine } from './record.js';
import type { RecordFolder, RecordWriteError } from './record-folder.js';
import { type NamedInput, readExisting } from './record-paths.js';

/** The record of one input: the temporary file that its process writes, and the file that it becomes. */
export class InputRecord {
  readonly temporaryPath: string;

  constructor(
    readonly named: NamedInput,
    readonly folder: RecordFolder,
  ) {
    this.temporaryPath = folder.temporaryPath();
  }

  /** Whether an earlier run has left a good record, which is worth more than that of an input which was stopped. */
  async hasGood(): Promise<boolean> {
    const { input, recordName } = this.named;
    return (await readExisting(this.folder, recordName, input)).state === 'good';
  }

  /**
   * Takes what the process has written.
   * @throws {RecordWriteError}
   */
  commit(): Promise<void> {
    return this.folder.commit(this.temporaryPath, this.named.recordName);
  }

  discard(): Promise<void> {
    return this.folder.discard(this.temporaryPath);
  }

  /**
   * Writes a record from here, for a process that cannot.
   * @throws {RecordWriteError}
   */
  writeFailure(failure: Failure, profile: Report | null): Promise<void> {
    const { input, recordName } = this.named;
    return this.folder.write(recordName, failureLine(input, failure, profile ?? undefined));
  }

  writeError(reason: string): RecordWriteError {
    return this.folder.writeError(this.named.recordName, reason);
  }
}
