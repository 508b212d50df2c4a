/** The name of the thread that samples, by which it is told from those of the program. */
export const SAMPLING_THREAD_NAME = 'stageprof stacks';

/** The name of the thread that writes stacks of both kinds into one file. */
export const WRITING_THREAD_NAME = 'stageprof writing thread';
