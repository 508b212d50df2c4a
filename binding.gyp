{
  'targets': [
    {
      'target_name': 'stageprof',
      'conditions': [
        ['OS=="linux"', {
          'sources': [
            'native/addon/addon.cc',
            'native/addon/environment.cc',
            'native/addon/handle_functions.cc',
            'native/addon/heap_verify.cc',
            'native/addon/module_list.cc',
            'native/addon/recorder_handle.cc',
            'native/addon/sampler_handle.cc',
            'native/addon/threads_value.cc',
            'native/allocators/glibc.cc',
            'native/allocators/jemalloc.cc',
            'native/allocators/malloc_extension.cc',
            'native/allocators/mimalloc.cc',
            'native/allocators/serving.cc',
            'native/recorder/recorder_file.cc',
            'native/recorder/recorder_writer.cc',
            'native/sources/account.cc',
            'native/sources/backing_stores.cc',
            'native/sources/clear_refs.cc',
            'native/sources/malloc_stats.cc',
            'native/sources/pool_cpu.cc',
            'native/sources/proc_file.cc',
            'native/sources/resident.cc',
            'native/sources/rss_peak.cc',
            'native/sources/rusage.cc',
            'native/sources/sampler.cc',
            'native/sources/smaps.cc',
            'native/sources/statm.cc',
            'native/sources/status.cc',
            'native/sources/thread_clock.cc',
            'native/sources/tracker_client.cc',
            'native/sources/v8_heap.cc',
            'native/support/descriptors.cc',
            'native/support/failure.cc',
            'native/support/loop_watch.cc',
            'native/support/parent_death.cc',
            'native/support/symbols.cc',
            'native/threads/js_threads.cc',
            'native/threads/pool_threads.cc',
            'native/threads/tasks.cc',
            'native/threads/threads.cc',
          ],
          'defines': ['NAPI_VERSION=8'],
          'cflags': ['-fvisibility=hidden', '-O2', '-Wall', '-Wextra'],
          'cflags_cc': ['-fno-exceptions', '-fno-rtti'],
          # Never unloaded: the process-wide peak would be forgotten when the last worker that loaded
          # the addon ends, and a collection of another isolate may be inside one of its callbacks.
          'ldflags': ['-Wl,-z,nodelete'],
        }, {
          # Every source is Linux's; elsewhere the package works without the addon and reports nulls.
          'type': 'none',
        }],
      ],
    },
    {
      # Preloaded into programs, so it needs nothing but libc.
      'target_name': 'stageprof_tracker',
      'conditions': [
        ['OS=="linux"', {
          'type': 'shared_library',
          'product_dir': '<(PRODUCT_DIR)',
          'product_prefix': 'lib',
          'product_extension': 'so',
          'sources': [
            'native/tracker/abi.cc',
            'native/tracker/arena.cc',
            'native/tracker/bootstrap.cc',
            'native/tracker/counters.cc',
            'native/tracker/hooks.cc',
            'native/tracker/mapped_file.cc',
            'native/tracker/mapping_hooks.cc',
            'native/tracker/mappings.cc',
            'native/tracker/module_table.cc',
            'native/tracker/modules.cc',
            'native/tracker/operators.cc',
            'native/tracker/shares.cc',
            'native/tracker/windows.cc',
          ],
          # fno-builtin: the compiler must not see through the functions that are defined here.
          # Unwind tables: what the real operator new throws passes through its hook.
          # Scalar: two counters loaded as one vector just after each was stored wait for both stores.
          'cflags': ['-fvisibility=hidden', '-O2', '-Wall', '-Wextra', '-fno-builtin-malloc',
                     '-fno-builtin-free', '-fno-builtin-calloc', '-fno-builtin-realloc',
                     '-ftls-model=initial-exec', '-fasynchronous-unwind-tables', '-fno-tree-vectorize'],
          'cflags_cc': ['-std=c++17', '-fno-exceptions', '-fno-rtti', '-fno-threadsafe-statics'],
          # Two instructions for each malloc and each free.
          'configurations': {'Release': {'cflags!': ['-fno-omit-frame-pointer']}},
          'ldflags': ['-Wl,--as-needed', '-Wl,-z,nodelete', '-Wl,-z,now'],
        }, {
          'type': 'none',
        }],
      ],
    },
  ],
}
