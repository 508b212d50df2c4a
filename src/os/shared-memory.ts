/** Memory that holds files, on Linux. */
export const SHARED_MEMORY = '/dev/shm';
