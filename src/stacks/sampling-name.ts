/** The name of the thread that samples, by which it is told from those of the program. */
export const SAMPLING_THREAD_NAME = 'stageprof stacks';
