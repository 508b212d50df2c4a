{
  'targets': [
    {
      'target_name': 'bench',
      'sources': ['addon.cc', 'caliper.cc', 'crowd.cc', 'floor.cc', 'free_chunks.cc', 'malloc_loop.cc'],
      'defines': ['NAPI_VERSION=8'],
      # The same flags as for the package's addon: the floor must not win by its compiler flags.
      'cflags': ['-fvisibility=hidden', '-O2', '-Wall', '-Wextra'],
      'cflags_cc': ['-fno-exceptions', '-fno-rtti'],
    },
  ],
}
