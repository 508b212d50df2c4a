// A dlsym that allocates, as that of older libcs does. It is preloaded beside the tracker. The
// tracker's search for the real functions then calls its own hooks before it has found any.
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
  // RTLD_NEXT now means behind this library, which is behind the tracker as well.
  return real(handle, symbol);
}

// Called long after the search: grows the blocks and frees them.
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
