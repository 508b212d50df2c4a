/** Samples its stacks, which are to be kept in a folder that is not there. Prints how that went. */
import { openCpuStacks } from '../../../dist/stacks/cpu-stacks.js';

const stacks = openCpuStacks({ hz: 100, file: new URL('none/stacks', import.meta.url).pathname, isKernelCpu: true });
const { account } = stacks.release();
console.log(JSON.stringify(account));
