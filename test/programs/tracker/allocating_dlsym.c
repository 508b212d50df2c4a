// A dlsym that allocates, as older libcs have it: preloaded beside the tracker, whose search for
// the real functions then meets its own hooks before they have any.
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

static int calls = 0;
static char* kept[4];

void* dlsym(void* handle, const char* symbol) {
  static void* (*real)(void*, const char*) = NULL;
  if (real == NULL) real = (void* (*)(void*, const char*))dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
  if (calls < 4) {
    char* block = calloc(1, 100);
    if (block != NULL) strcpy(block, "from dlsym");
    block = block != NULL ? realloc(block, 300) : NULL;
    kept[calls++] = block;
    free(malloc(10));
    if (calloc((size_t)-1, 2) != NULL) abort();
  }
  // The order of search is the tracker's: it begins behind it and behind this library.
  return real(handle, symbol);
}

// Long after: the blocks grow and go.
const char* use_kept(void) {
  static char text[64];
  for (int i = 0; i < calls; ++i) {
    if (kept[i] == NULL) continue;
    kept[i] = realloc(kept[i], 5000);
    strcpy(text, kept[i]);
    free(kept[i]);
  }
  return text;
}
