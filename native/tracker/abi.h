/* What the preloaded tracker exports, and all that the addon knows of it. C, without any other
 * header of the tracker.
 *
 * How it grows: StageprofTracker gets new functions at its end, where struct_bytes tells whether
 * they are there. The five structs that functions fill (Reading, Module, ModuleBytes, Mapping,
 * State) lie in the caller's memory, by the caller's size, and are frozen: what is new to tell
 * comes by a new function and a new struct.
 *
 * Who may call: any thread, at any time, several at once, also in the child of a fork, which goes
 * on counting the memory that it inherits. From a signal handler only what says so: the others
 * write what the handler may have interrupted. */
#ifndef STAGEPROF_TRACKER_ABI_H_
#define STAGEPROF_TRACKER_ABI_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Found by dlsym(RTLD_DEFAULT, ...); the symbol is a StageprofTracker, not a pointer to one. */
#define STAGEPROF_TRACKER_SYMBOL "stageprof_tracker_v1"
#define STAGEPROF_TRACKER_MAGIC 0x54475053u /* "SPGT" */
#define STAGEPROF_TRACKER_VERSION 1u
#define STAGEPROF_TRACKER_NO_WINDOW (-1)

/* Sizes are usable ones, malloc_usable_size. A realloc counts as one block freed and one allocated.
 * Allocated counts only rise. Freed ones may fall by a realloc that failed: it is counted as freed
 * before it is tried, and taken back. Both have every operation of every thread, but a reading is
 * not of one instant: threads that go on meanwhile are read one after another.
 *
 * A thread adds to live_bytes in batches of at most batch_bytes. The reading thread hands its own
 * over first, so live_bytes is off by at most a batch for each other thread. A peak is raised by
 * batches, and one that came and went within a batch raises none, on the reading thread too: every
 * peak is off by at most threads_highest x batch_bytes. What a module has allocated on another
 * thread is behind by at most a batch of its own. */
typedef struct StageprofTrackerReading {
  /* The process: blocks of all threads, those that ended included. */
  int64_t live_bytes; /* below zero if blocks are freed that the tracker never saw allocated */
  int64_t peak_bytes; /* highest live_bytes since the start */
  int64_t window_peak_bytes; /* highest since this window was read before; live_bytes without one */
  uint64_t allocated_bytes;
  uint64_t allocated_blocks;
  uint64_t freed_bytes;
  uint64_t freed_blocks;
  /* The calling thread, as of now. A block freed here may have been allocated elsewhere. */
  uint64_t thread_allocated_bytes;
  uint64_t thread_allocated_blocks;
  uint64_t thread_freed_bytes;
  uint64_t thread_freed_blocks;
} StageprofTrackerReading;

/* One shared object, by the address that called the allocating function. What libc itself
 * allocates for its caller (strdup, fopen) is libc's. */
typedef struct StageprofTrackerModule {
  const char* name;         /* path; "(unknown)" for the first. Valid as long as the process */
  uint64_t allocated_bytes; /* which module's blocks are live is not known: blocks have no header */
  uint64_t allocated_blocks;
  /* Live mappings made by mmap, address space and not resident memory. The program's own are not
   * followed, and 0. */
  int64_t mapped_bytes;
  int64_t reserved_bytes; /* those without any access (PROT_NONE), now */
  uint32_t serves_malloc; /* its mappings hold the blocks counted elsewhere */
} StageprofTrackerModule;

/* What of a module may be read at every sample. */
typedef struct StageprofTrackerModuleBytes {
  uint64_t allocated_bytes;
  int64_t mapped_bytes;
} StageprofTrackerModuleBytes;

/* A live mapping that a module has made. */
typedef struct StageprofTrackerMapping {
  uintptr_t start;
  uint64_t bytes;
  uint32_t module;
  uint32_t is_file; /* not anonymous */
} StageprofTrackerMapping;

typedef struct StageprofTrackerState {
  uint32_t threads;         /* whose batches are open now, a forked child's lost ones included */
  uint32_t threads_highest; /* most at one time: the bound of peaks */
  uint64_t threads_seen;
  uint32_t tracks_modules;  /* whether modules' allocated_ fields are counted */
  uint32_t modules_missed;  /* how often a module beyond the table was met, counted as unknown */
  uint64_t mappings_missed; /* mappings, or parts of them, that mapped_bytes does not have right */
  const char* failure;      /* why nothing is counted; null while counting */
} StageprofTrackerState;

typedef struct StageprofTracker {
  uint32_t magic;
  uint32_t version;
  uint32_t struct_bytes;
  uint32_t batch_bytes;
  /* Hands over the calling thread's batch, then reads; ends the window, and begins its next. No
   * system call: 17 ns, and 1 ns for each thread that there was at one time. One reader a window:
   * what one is told, another is not told again. */
  void (*read)(int32_t window, StageprofTrackerReading* reading);
  /* A window sees the highest live_bytes between two of its readings, whoever else reads. At most
   * 64; STAGEPROF_TRACKER_NO_WINDOW when all are taken. */
  int32_t (*open_window)(void);
  void (*close_window)(int32_t window);             /* also from a signal handler */
  void (*read_state)(StageprofTrackerState* state); /* also from a signal handler */
  /* Not for every sample: takes the loader's lock, which in the child of a fork may be that of a
   * thread that stayed behind in dlopen. Returns how many modules there are; two may have the same
   * name, and are then to be added up. */
  uint32_t (*refresh_modules)(void);
  /* 0, or -1 if there is none. Also from a signal handler. */
  int32_t (*read_module)(uint32_t index, StageprofTrackerModule* module);
  /* Of the first modules, at most `most`, in the order of their indices; returns how many. As of
   * each thread's last batch, the calling thread's own ends with read(). A cache line a module.
   * Also from a signal handler. */
  uint32_t (*read_module_bytes)(uint32_t most, StageprofTrackerModuleBytes* bytes);
  uint32_t (*find_module)(const void* address); /* 0 if in none */
  /* The next live mapping from `*position` on, which begins at 0; -1 when there is none. */
  int32_t (*read_mapping)(uint32_t* position, StageprofTrackerMapping* mapping);
} StageprofTracker;

#ifdef __cplusplus
}
#endif

#endif /* STAGEPROF_TRACKER_ABI_H_ */
