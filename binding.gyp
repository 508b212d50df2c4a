{
  'targets': [
    {
      'target_name': 'stageprof',
      'conditions': [
        ['OS=="linux"', {
          'sources': [
            'native/addon.cc',
            'native/clear_refs.cc',
            'native/clocks.cc',
            'native/environment.cc',
            'native/failure.cc',
            'native/heap_verify.cc',
            'native/malloc_stats.cc',
            'native/proc_file.cc',
            'native/rss_peak.cc',
            'native/rusage.cc',
            'native/sampler.cc',
            'native/sampler_handle.cc',
            'native/statm.cc',
            'native/status.cc',
            'native/symbols.cc',
            'native/v8_heap.cc',
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
  ],
}
