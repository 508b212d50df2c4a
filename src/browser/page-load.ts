import { PAGE_VERSION, type PageData } from '../page/page-data.js';
import { unpacked } from './unpack.js';

/** The data of the page. */
export async function loadData(element: Element): Promise<PageData> {
  const data = JSON.parse(await unpacked(element)) as PageData;
  if (data.version !== PAGE_VERSION) throw new Error(`The data is of version ${data.version}, not ${PAGE_VERSION}.`);
  return data;
}
