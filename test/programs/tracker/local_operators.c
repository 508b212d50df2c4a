// local_operators OWN PLUGIN: a program without C++ loads two extensions with RTLD_LOCAL. The first
// has operators of its own. The blocks of the second go through new and delete of libstdc++.
#include "check.h"

int main(int count, char** arguments) {
  if (count != 3) return 2;
  void* own = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  void* plugin = dlopen(arguments[2], RTLD_NOW | RTLD_LOCAL);
  if (own == NULL || plugin == NULL) return 3;
  void* kept = ((void* (*)(void))dlsym(own, "make"))();
  void* blocks[2] = {NULL, ((void* (*)(size_t))dlsym(plugin, "make_by_new"))(100)};
  ((void (*)(void**, int))dlsym(plugin, "release"))(blocks, 2);
  say("%d\n", kept != NULL);
  return 0;
}
