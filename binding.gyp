{
  'targets': [
    {
      'target_name': 'stageprof',
      'conditions': [
        ['OS=="linux"', {
          'sources': [
            # All files of the rooms but the tracker: a new one needs no line here.
            '<!@(find native/accounting native/addon native/allocators native/recorder native/sources native/support native/threads -name "*.cc" | sort)',
          ],
          'defines': ['NAPI_VERSION=8'],
          # On 64-bit systems it only gives functions names with 64, and musl has none from 1.2.4 on.
          'defines!': ['_FILE_OFFSET_BITS=64'],
          # No contraction: the fold has the same bits as JS on every processor.
          'cflags': ['-fvisibility=hidden', '-O2', '-Wall', '-Wextra', '-ffp-contract=off'],
          'cflags_cc': ['-fno-exceptions', '-fno-rtti'],
          # Never unloaded: the process-wide peak would be forgotten when the last worker that loaded
          # the addon ends, and a collection of another isolate may be inside one of its callbacks.
          # As needed: no C++ library is (native/support/cxx_runtime.cc).
          'ldflags': ['-Wl,-z,nodelete', '-Wl,--as-needed'],
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
            'native/tracker/attach.cc',
            'native/tracker/block_size.cc',
            'native/tracker/bootstrap.cc',
            'native/tracker/counters.cc',
            'native/tracker/hooks.cc',
            'native/tracker/live_blocks.cc',
            'native/tracker/loaded_object.cc',
            'native/tracker/mapped_file.cc',
            'native/tracker/mapping_hooks.cc',
            'native/tracker/mappings.cc',
            'native/tracker/module_table.cc',
            'native/tracker/modules.cc',
            'native/tracker/operators.cc',
            'native/tracker/poisson.cc',
            'native/tracker/sampling.cc',
            'native/tracker/shards.cc',
            'native/tracker/stacks/arm64/instruction.cc',
            'native/tracker/stacks/code_map.cc',
            'native/tracker/stacks/code_reader.cc',
            'native/tracker/stacks/cpu_counts.cc',
            'native/tracker/stacks/cpu_samples.cc',
            'native/tracker/stacks/cpu_threads.cc',
            'native/tracker/stacks/cpu_timer.cc',
            'native/tracker/stacks/frame_rule.cc',
            'native/tracker/stacks/imports.cc',
            'native/tracker/stacks/js_frames.cc',
            'native/tracker/stacks/js_functions.cc',
            'native/tracker/stacks/js_names.cc',
            'native/tracker/stacks/known_works.cc',
            'native/tracker/stacks/made_threads.cc',
            'native/tracker/stacks/origins.cc',
            'native/tracker/stacks/other/instruction.cc',
            'native/tracker/stacks/outlived.cc',
            'native/tracker/stacks/queued_work.cc',
            'native/tracker/stacks/rebound_imports.cc',
            'native/tracker/stacks/sites.cc',
            'native/tracker/stacks/signal_users.cc',
            'native/tracker/stacks/source_text.cc',
            'native/tracker/stacks/stack_modules.cc',
            'native/tracker/stacks/stack_stages.cc',
            'native/tracker/stacks/stack_tables.cc',
            'native/tracker/stacks/take_stack.cc',
            'native/tracker/stacks/task_files.cc',
            'native/tracker/stacks/threadsafe_functions.cc',
            'native/tracker/stacks/unwind_row.cc',
            'native/tracker/stacks/unwind_table.cc',
            'native/tracker/stacks/unwinder.cc',
            'native/tracker/stacks/v8_code.cc',
            'native/tracker/stacks/v8_heap.cc',
            'native/tracker/stacks/waiting_words.cc',
            'native/tracker/stacks/waits.cc',
            'native/tracker/stacks/x64/encoding.cc',
            'native/tracker/stacks/x64/instruction.cc',
            'native/tracker/symbol_search.cc',
            'native/tracker/windows.cc',
          ],
          'defines!': ['_FILE_OFFSET_BITS=64'],
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
