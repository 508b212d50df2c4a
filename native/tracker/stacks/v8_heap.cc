#include "v8_heap.h"

#include <stddef.h>

#include "../bootstrap.h"

namespace stageprof_tracker {

namespace {

constexpr int32_t kMissing = -1;

struct Offset {
  int32_t value = kMissing;
  // Some names differ between the lines of Node.
  const char* names[2];
};

#define OFFSET(name)         \
  {                          \
    kMissing, {              \
      "v8dbg_" name, nullptr \
    }                        \
  }
#define OFFSET_OR(name, other)      \
  {                                 \
    kMissing, {                     \
      "v8dbg_" name, "v8dbg_" other \
    }                               \
  }

enum Which {
  kTaggedBytes,
  kInstanceType,
  kFunctionType,
  kScriptType,
  kShared,
  kScript,
  kName,
  kSource,
  kLineEnds,
  kLazyPositions,
  kLength,
  kOneByteUnits,
  kTwoByteUnits,
  kResource,
  kFirst,
  kSecond,
  kParent,
  kParentFirst,
  kActual,
  kOffsets,
};

Offset offsets[kOffsets] = {
    OFFSET("TaggedSize"),
    OFFSET("class_Map__instance_type__uint16_t"),
    OFFSET("type_JSFunction__JS_FUNCTION_TYPE"),
    OFFSET("type_Script__SCRIPT_TYPE"),
    OFFSET("class_JSFunction__shared__SharedFunctionInfo"),
    OFFSET_OR("class_SharedFunctionInfo__script__Tagged_HeapObject_",
              "class_SharedFunctionInfo__script_or_debug_info__HeapObject"),
    OFFSET("class_Script__name__Object"),
    OFFSET("class_Script__source__Object"),
    OFFSET("class_Script__line_ends__Object"),
    OFFSET_OR("class_Script__compiled_lazy_function_positions__Tagged_Object_",
              "class_Script__compiled_lazy_function_positions__Object"),
    OFFSET("class_String__length__int32_t"),
    OFFSET("class_SeqOneByteString__chars__char"),
    OFFSET("class_SeqTwoByteString__chars__char"),
    OFFSET("class_ExternalString__resource__Object"),
    OFFSET("class_ConsString__first__String"),
    OFFSET("class_ConsString__second__String"),
    OFFSET("class_SlicedString__parent__String"),
    OFFSET("class_SlicedString__offset__SMI"),
    OFFSET("class_ThinString__actual__String"),
};

#undef OFFSET
#undef OFFSET_OR

// The types of functions, such as those of class constructors, follow that of plain ones. Node 22 and
// later export the last one.
constexpr int32_t kFunctionTypes = 17;
int32_t last_function_type = kMissing;

// V8 exports these as v8dbg_...Tag and Mask; they are the same on all lines.
constexpr uint16_t kIsNotString = 0xFF80;
constexpr uint16_t kRepresentation = 7;
constexpr uint16_t kOneByte = 8;
constexpr uint16_t kIsUncached = 16;
enum Representation { kSeq = 0, kCons = 1, kExternal = 2, kSliced = 3, kThin = 5 };

constexpr uintptr_t kTag = 1;
constexpr uintptr_t kTagMask = 3;
constexpr int kSmiShift = 32;

// Fields of scripts that are not exported, from one that is. All lines have them there.
constexpr int32_t kLineAfter = 8;
constexpr int32_t kColumnAfter = 16;
constexpr int32_t kNumberAfter = 8;
constexpr int32_t kSourceUrlAfter = 16;

int32_t At(Which which) {
  return offsets[which].value;
}

// The heap's memory is not what sanitizers know.
template <typename Value>
__attribute__((no_sanitize("address", "thread"))) Value Read(uintptr_t object, int32_t offset) {
  return *reinterpret_cast<const Value*>(object - kTag + static_cast<uintptr_t>(offset));
}

bool IsObject(uintptr_t value) {
  return (value & kTagMask) == kTag;
}

// The map, which says what an object is, comes first in it.
uint16_t TypeOf(uintptr_t object) {
  return Read<uint16_t>(Read<uintptr_t>(object, 0), At(kInstanceType));
}

uintptr_t ReadStringAt(uintptr_t object, int32_t offset) {
  const auto value = Read<uintptr_t>(object, offset);
  return IsObject(value) && IsString(value) ? value : 0;
}

uintptr_t ReadString(uintptr_t object, Which which) {
  return ReadStringAt(object, At(which));
}

int32_t ReadSmi(uintptr_t object, int32_t offset) {
  return static_cast<int32_t>(Read<uintptr_t>(object, offset) >> kSmiShift);
}

bool FindOffset(Offset* offset) {
  for (const char* name : offset->names) {
    const void* const symbol = name == nullptr ? nullptr : FindSymbol(name);
    if (symbol == nullptr) continue;
    offset->value = *static_cast<const int32_t*>(symbol);
    return true;
  }
  return false;
}

// How many strings may lie in one another.
constexpr int kMostDepth = 16;

// Follows strings that stand for another one.
bool Resolve(uintptr_t* string, uint32_t* first) {
  for (int depth = 0; depth < kMostDepth; ++depth) {
    switch (TypeOf(*string) & kRepresentation) {
      case kThin:
        *string = Read<uintptr_t>(*string, At(kActual));
        break;
      case kSliced:
        *first += static_cast<uint32_t>(Read<uintptr_t>(*string, At(kParentFirst)) >> kSmiShift);
        *string = Read<uintptr_t>(*string, At(kParent));
        break;
      case kCons:
        // One that was flattened has all in its first part.
        if (LengthOf(Read<uintptr_t>(*string, At(kSecond))) != 0) return false;
        *string = Read<uintptr_t>(*string, At(kFirst));
        break;
      default:
        return true;
    }
  }
  return false;
}

bool CopyPart(uintptr_t string, uint32_t first, uint32_t count, uint16_t* units, int depth) {
  if (count == 0) return true;
  Text text;
  if (FindText(string, &text)) {
    if (first > text.length || count > text.length - first) return false;
    for (uint32_t index = 0; index < count; ++index) units[index] = text.At(first + index);
    return true;
  }
  if (depth == kMostDepth || (TypeOf(string) & kRepresentation) != kCons) return false;
  const auto left = Read<uintptr_t>(string, At(kFirst));
  const uint32_t length = LengthOf(left);
  uint32_t in_left = 0;
  if (first < length) {
    in_left = count < length - first ? count : length - first;
    if (!CopyPart(left, first, in_left, units, depth + 1)) return false;
  }
  const uint32_t from = first < length ? 0 : first - length;
  return CopyPart(Read<uintptr_t>(string, At(kSecond)), from, count - in_left, units + in_left,
                  depth + 1);
}

}  // namespace

bool OpenV8Heap() {
  for (Offset& offset : offsets) {
    if (!FindOffset(&offset)) return false;
  }
  Offset last = {kMissing, {"v8dbg_LastJSFunctionType", nullptr}};
  last_function_type = FindOffset(&last) ? last.value : At(kFunctionType) + kFunctionTypes - 1;
  // A build with compressed pointers has another heap.
  return At(kTaggedBytes) == sizeof(uintptr_t);
}

__attribute__((no_sanitize("address", "thread"))) uintptr_t ObjectIn(const uintptr_t* slot) {
  return *slot;
}

bool IsFunction(uintptr_t object) {
  if (!IsObject(object)) return false;
  const uint16_t type = TypeOf(object);
  return type >= At(kFunctionType) && type <= last_function_type;
}

uintptr_t SharedOf(uintptr_t function) {
  return Read<uintptr_t>(function, At(kShared));
}

uintptr_t ScriptOf(uintptr_t function) {
  const auto script = Read<uintptr_t>(SharedOf(function), At(kScript));
  return IsObject(script) && TypeOf(script) == At(kScriptType) ? script : 0;
}

uintptr_t SourceOf(uintptr_t script) {
  return ReadString(script, kSource);
}

uintptr_t NameOf(uintptr_t script) {
  const uintptr_t name = ReadString(script, kName);
  return name != 0 ? name : ReadStringAt(script, At(kLazyPositions) + kSourceUrlAfter);
}

bool FindScriptPosition(uintptr_t script, int number, ScriptPosition* position) {
  if (ReadSmi(script, At(kLineEnds) + kNumberAfter) != number) return false;
  *position = {static_cast<uint32_t>(ReadSmi(script, At(kName) + kLineAfter)),
               static_cast<uint32_t>(ReadSmi(script, At(kName) + kColumnAfter))};
  return true;
}

bool IsString(uintptr_t object) {
  return IsObject(object) && (TypeOf(object) & kIsNotString) == 0;
}

uint32_t LengthOf(uintptr_t string) {
  return Read<uint32_t>(string, At(kLength));
}

bool FindText(uintptr_t string, Text* text) {
  uint32_t first = 0;
  const uint32_t length = LengthOf(string);
  if (!Resolve(&string, &first)) return false;
  const uint16_t type = TypeOf(string);
  const bool is_two_byte = (type & kOneByte) == 0;
  const uint8_t* units;
  if ((type & kRepresentation) == kSeq) {
    units = reinterpret_cast<const uint8_t*>(string - kTag) +
            At(is_two_byte ? kTwoByteUnits : kOneByteUnits);
  } else {
    // Beside the resource stands the address of its characters, unless it may change.
    if ((type & kIsUncached) != 0) return false;
    units = Read<const uint8_t*>(string, At(kResource) + At(kTaggedBytes));
    if (units == nullptr) return false;
  }
  *text = {units + (is_two_byte ? 2 * size_t{first} : first), length, is_two_byte};
  return true;
}

bool CopyText(uintptr_t string, uint32_t first, uint32_t count, uint16_t* units) {
  return CopyPart(string, first, count, units, 0);
}

}  // namespace stageprof_tracker
