/* What the preloaded tracker exports, and all that the addon knows of it. It is C, and needs no
 * other header of the tracker.
 *
 * How it grows: StageprofTracker gets new functions at its end, and struct_bytes tells whether they
 * are there. The eleven structs that functions fill (Reading, Module, ModuleBytes, Mapping, State,
 * Live, Site, JsFunction, JsFrames, CpuSamples, Slots) lie in the caller's memory and have the size that
 * the caller knows, so they are frozen: new information needs a new function and a new struct.
 *
 * Who may call: any thread, at any time, several at once. So may a forked child, which goes on
 * counting the memory that it inherits. A signal handler may call only the functions that say so:
 * the others write data that the handler may have interrupted. */
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
#define STAGEPROF_TRACKER_JS_MODULE 0x3FFFu
#define STAGEPROF_TRACKER_INHERITED_MODULE 0x3FFEu

/* Sizes are those of malloc_usable_size. A realloc counts as one block freed and one allocated.
 * Allocated counts only rise. Freed counts may fall when a realloc fails: it is counted as freed
 * before it is tried, and the count is taken back. Both include every operation of every thread.
 * But a reading is not of one instant: threads that go on meanwhile are read one after another.
 *
 * A thread adds to live_bytes in batches of at most batch_bytes. The reading thread hands its own
 * batch over first, so live_bytes is off by at most one batch for each other thread. Only batches
 * raise a peak, so a peak that comes and goes within a batch is not seen, not even on the reading
 * thread: every peak is off by at most threads_highest x batch_bytes. The bytes that a module has
 * allocated on another thread lag by at most one batch of that module. */
typedef struct StageprofTrackerReading {
  /* The process: blocks of all threads, including threads that have ended. */
  int64_t live_bytes; /* below zero if blocks are freed that the tracker never saw allocated */
  int64_t peak_bytes; /* highest live_bytes since the start */
  int64_t window_peak_bytes; /* highest since the window was last read; live_bytes without one */
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

/* One shared object. Blocks are charged to it by the address that called the allocating function.
 * What libc allocates for its caller (strdup, fopen) is charged to libc. */
typedef struct StageprofTrackerModule {
  const char* name;         /* path; "(unknown)" for the first; valid as long as the process */
  uint64_t allocated_bytes; /* for the live ones see read_live_modules */
  uint64_t allocated_blocks;
  /* Live mappings made by mmap: address space, not resident memory. 0 for the program itself, whose
   * mappings are not recorded. */
  int64_t mapped_bytes;
  int64_t reserved_bytes; /* mappings that now have no access (PROT_NONE) */
  uint32_t serves_malloc; /* whether its mappings contain the blocks that are counted as such */
} StageprofTrackerModule;

/* The numbers of a module that are cheap enough for every sample. */
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
  uint32_t threads;         /* that have a batch now; in a forked child also those it lost */
  uint32_t threads_highest; /* most at one time, which bounds the error of peaks */
  uint64_t threads_seen;
  uint32_t tracks_modules;  /* whether the allocated_ fields of modules are counted */
  uint32_t modules_missed;  /* how often the table had no row for a module; charged to unknown */
  uint64_t mappings_missed; /* mappings, or parts of them, that are wrong in mapped_bytes */
  const char* failure;      /* why nothing is counted; null while counting */
} StageprofTrackerState;

/* The sample of live blocks that tells who holds them. */
typedef struct StageprofTrackerLive {
  uint64_t rate;         /* bytes between two sampling points, on average; 0 for no sample */
  uint64_t missed;       /* blocks that the sample had no room for */
  uint64_t mapped_bytes; /* of the sample itself */
} StageprofTrackerLive;

/* What the sampled blocks stand for that were allocated by one stack in one stage. */
typedef struct StageprofTrackerSite {
  /* Innermost first, valid as long as the process. Bit 63 of a frame says that it was guessed, bit
   * 62 that the stack goes on and who called this frame is not known. Bits 48 to 61 are the index of
   * a module and bits 0 to 47 the return address as it is in its file; or
   * STAGEPROF_TRACKER_JS_MODULE and the number of a JS function, 0 where that is not known; or 0 and
   * the address. STAGEPROF_TRACKER_INHERITED_MODULE is no frame: those behind it are of the stack that
   * queued the work. */
  const uint64_t* frames;
  uint32_t frames_count;
  uint32_t stage;
  uint64_t allocated_blocks;
  uint64_t allocated_bytes;
  int64_t live_blocks;
  int64_t live_bytes;
  int64_t peak_bytes; /* live_bytes when those of all sites together were highest */
} StageprofTrackerSite;

/* A JS function that frames of sites name. UTF-8, not terminated, valid as long as the process. */
typedef struct StageprofTrackerJsFunction {
  const char* name; /* its first 80 bytes */
  const char* url;  /* the last 255 bytes of its script's; none for code from eval */
  uint32_t name_bytes;
  uint32_t url_bytes;
  uint32_t line; /* where its parameters begin, from 1; 0 if that is not known */
  uint32_t column;
  uint32_t is_named; /* by V8, and without a name it is anonymous; otherwise the name stands in its
                      * source, and is empty where it is not clear there */
} StageprofTrackerJsFunction;

/* The frames of JS functions in the stacks that were taken. */
typedef struct StageprofTrackerJsFrames {
  uint64_t known;
  uint64_t unknown; /* a collection was running, or the way to the frame was guessed */
} StageprofTrackerJsFrames;

/* The sampling of CPU of threads that run no JS. */
typedef struct StageprofTrackerCpuSamples {
  const char* missing; /* why there are none now; null while they are taken */
  uint32_t signal;     /* that the timers send; 0 before the first start */
  uint32_t followed;   /* threads with a timer now */
  uint64_t
      failed; /* threads without a timer: the kernel made none, or too many signals could wait */
  uint64_t blocked; /* threads that did not take the signal when they were found */
} StageprofTrackerCpuSamples;

/* Places in memory through which the modules of a process call functions that allocate. */
typedef struct StageprofTrackerSlots {
  uint32_t rebound;  /* that lead to the tracker, or did until they were put back */
  uint32_t restored; /* that were put back */
  uint32_t modules;  /* that have any */
} StageprofTrackerSlots;

typedef struct StageprofTracker {
  uint32_t magic;
  uint32_t version;
  uint32_t struct_bytes;
  uint32_t batch_bytes;
  /* Hands over the calling thread's batch, reads, ends the window and begins the next. It makes no
   * system call: 17 ns, and 1 ns for each thread that there was at one time. A window has one
   * reader: a peak is told only once. */
  void (*read)(int32_t window, StageprofTrackerReading* reading);
  /* A window sees the highest live_bytes between two of its readings, whoever else reads. There are
   * 64; STAGEPROF_TRACKER_NO_WINDOW when all are taken. */
  int32_t (*open_window)(void);
  void (*close_window)(int32_t window);             /* also from a signal handler */
  void (*read_state)(StageprofTrackerState* state); /* also from a signal handler */
  /* Too slow for every sample. It takes the loader's lock, which a forked child may never get if
   * another thread of its parent was in dlopen. Returns how many modules there are. Two may have
   * the same name; the caller must add them up. */
  uint32_t (*refresh_modules)(void);
  /* Returns 0, or -1 if there is no such module. Also from a signal handler. */
  int32_t (*read_module)(uint32_t index, StageprofTrackerModule* module);
  /* Reads the first modules, at most `most`, in the order of their indices, and returns how many.
   * The numbers are as of each thread's last batch; read() ends the calling thread's batch. Reads
   * one cache line a module. Also from a signal handler. */
  uint32_t (*read_module_bytes)(uint32_t most, StageprofTrackerModuleBytes* bytes);
  uint32_t (*find_module)(const void* address); /* 0 if no module has it */
  /* Reads the next live mapping from `*position` on, which begins at 0; -1 when there is none. */
  int32_t (*read_mapping)(uint32_t* position, StageprofTrackerMapping* mapping);
  void (*read_live)(StageprofTrackerLive* live); /* also from a signal handler */
  /* The live bytes of the first modules, at most `most`, as the sample estimates them, and returns
   * how many. Blocks of the rate or more are exact. For a module whose smaller live blocks have
   * `bytes` in all, the standard deviation is at most sqrt(bytes * rate). Also from a signal
   * handler. */
  uint32_t (*read_live_modules)(uint32_t most, int64_t* bytes);
  /* The stacks of the sampled blocks, in stages. Site 0 has the blocks without a stack. Returns -1
   * from the first index on that no site has; a site without frames is being made. Two sites may
   * have the same frames; the caller must add them up. Also from a signal handler. */
  int32_t (*read_site)(uint32_t index, StageprofTrackerSite* site);
  /* Where the number of the stage that runs on the calling thread stands; null for none. It is read
   * with each stack, and must stay until it is set anew or the thread ends. */
  void (*set_stage_word)(const uint32_t* stage);
  /* Everything that is known of the stacks, as native/tracker/stacks/stack_tables.h has it, and as it
   * stands in the file below; null where no stacks are taken. It changes while it is read. */
  const void* (*read_stack_tables)(uint64_t* bytes);
  /* Moves the tables, once, to a file of that size whose blocks are allocated: it survives a kill.
   * Returns 0 or an errno. */
  int32_t (*move_stack_tables)(int32_t descriptor);
  /* The number of a stage on threads of that name, which are texts of UTF-8. 0 stands for a thread
   * whose stage is not known. */
  uint32_t (*find_stack_stage)(const char* thread, uint32_t thread_bytes, const char* label,
                               uint32_t label_bytes);
  /* What is live now is what the tables tell to be live at the end. The last call counts. */
  void (*note_end_of_stacks)(void);
  /* Where the caller writes when a call of a stage was last opened (CLOCK_MONOTONIC, ns), by the number
   * of the stage; null where no stacks are taken. */
  double* (*stage_openings)(uint32_t* count);
  /* Why no stacks are taken, in a few words; null where they are. Valid as long as the process. */
  const char* (*stacks_missing)(void);
  /* Returns -1 if no function has the number. Also from a signal handler. */
  int32_t (*read_js_function)(uint32_t number, StageprofTrackerJsFunction* function);
  void (*read_js_frames)(StageprofTrackerJsFrames* frames); /* also from a signal handler */
  /* To be called some times a second by one thread or more: it keeps in the tables which stages the live
   * blocks have outlived, for a reader after a kill. It takes at most 0.2 % of the time. */
  void (*keep_outlived)(void);
  /* From now on the CPU of the threads that run no JS is sampled, `hz` times a second of each thread's CPU.
   * Returns null, or why not, in a few words, valid as long as the process. The samples are in the tables. */
  const char* (*start_cpu_samples)(uint32_t hz);
  void (*stop_cpu_samples)(void);
  /* What threads have used up to now is in the tables when it returns. */
  void (*look_at_cpu_threads)(void);
  void (*read_cpu_samples)(StageprofTrackerCpuSamples* samples);
  /* For a tracker that was loaded while the program ran, and that nobody else may find: it counts from
   * rebind on until detach, on all threads, with stacks. Live bytes are then since attach, and below
   * zero where older blocks were freed. Attach returns null, or why that is not possible; valid as long
   * as the process. Rebind may be called again, for modules that were loaded meanwhile. They take the
   * loader's lock, and no two may run at the same time. */
  const char* (*attach)(uint64_t rate);
  void (*rebind)(StageprofTrackerSlots* slots);
  void (*detach)(StageprofTrackerSlots* slots);
  /* Takes note_end_of_stacks back: the tables tell what is live at any time again. */
  void (*forget_end_of_stacks)(void);
} StageprofTracker;

#ifdef __cplusplus
}
#endif

#endif /* STAGEPROF_TRACKER_ABI_H_ */
