import { SetupError, systemReason } from '../model/setup-error.js';
import { OutputFile } from '../os/output-file.js';

/** The file of `--out`. It is tried before the program is started. */
export class ReportFile {
  /** As it was given, for messages. */
  readonly path: string;
  readonly #file: OutputFile;

  /** @throws {SetupError} naming the path, where a report cannot be written to it */
  constructor(path: string) {
    this.path = path;
    try {
      this.#file = new OutputFile(path);
      this.#file.tryWriting();
    } catch (error) {
      throw new SetupError(`--out ${path}: cannot be written, ${systemReason(error)}: give a file that can`);
    }
  }

  /**
   * Writes JSON Lines.
   * @throws {Error} the system's
   */
  write(lines: string): void {
    this.#file.write(lines);
  }
}
