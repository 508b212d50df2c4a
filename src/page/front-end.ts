import { readFileSync } from 'node:fs';
import { SetupError, systemReason } from '../model/setup-error.js';

/** What runs in the page, as `bundle-page.js` makes it from `src/browser/`. */
export interface FrontEnd {
  /** Unpacks the script, and puts it into the page. */
  readonly loader: string;
  readonly script: string;
  readonly style: string;
  /** Licences of what is in it. */
  readonly notice: string;
}

const FILE = new URL('../../dist/page/front-end.json', import.meta.url);

/** @throws {SetupError} where the package was not built as a whole */
export function loadFrontEnd(): FrontEnd {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as FrontEnd;
  } catch (error) {
    throw new SetupError(`${FILE.pathname}: cannot be read, ${systemReason(error)}: build or install stageprof anew`);
  }
}
