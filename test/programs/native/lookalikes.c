// Functions under the names of allocators that do not serve malloc here, as when an addon exports
// those of an allocator of its own. With BOASTS they claim every block, but their numbers do not
// follow the allocations.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef BOASTS
#define IS_OWN 1
#else
#define IS_OWN 2
#endif

static uint64_t allocated_bytes = 1 << 20;

int mallctl(const char* name, void* old, size_t* old_bytes, void* fresh, size_t fresh_bytes) {
  (void)fresh;
  (void)fresh_bytes;
  if (old == NULL) return 0;
  const uint64_t* pointer = &allocated_bytes;
  memcpy(old, strcmp(name, "thread.allocatedp") == 0 ? (const void*)&pointer : &allocated_bytes,
         *old_bytes);
#ifdef BOASTS
  // Changes without any allocation.
  allocated_bytes += 1;
#endif
  return 0;
}

int MallocExtension_GetNumericProperty(const char* name, size_t* value) {
  (void)name;
  *value = 1 << 20;
  return 1;
}

int MallocExtension_GetOwnership(const void* block) {
  (void)block;
  return IS_OWN;
}

bool MallocExtension_Internal_GetNumericProperty(const char* name, size_t length, size_t* value) {
  (void)name;
  (void)length;
  *value = 1 << 20;
  return true;
}

int MallocExtension_Internal_GetOwnership(const void* block) {
  (void)block;
  return IS_OWN;
}

bool mi_is_in_heap_region(const void* block) {
  (void)block;
  return false;
}
