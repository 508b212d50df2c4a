#include "js_functions.h"

#include <atomic>

#include "stack_tables.h"

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

constexpr uint32_t kNameBytes = 80;
constexpr uint32_t kUrlBytes = 255;

// How far the name of V8 is.
constexpr uint32_t kIsBeingNamed = 1;
constexpr uint32_t kIsNamed = 2;

// From a key to a row. Zeros are a valid start; row 0 is not used.
template <uint32_t kRows>
struct Index {
  static constexpr uint32_t kSlots = 2 * kRows;
  static constexpr uint64_t kRowMask = kRows - 1;

  // The key above, the row below. 0 where free. A key without its low bits still has 50.
  std::atomic<uint64_t> slots[kSlots];
  std::atomic<uint32_t> taken;

  uint32_t Find(uint64_t key) const {
    for (uint32_t probe = 0; probe < kSlots; ++probe) {
      const uint64_t seen = slots[SlotOf(key, probe)].load(std::memory_order_acquire);
      if (seen == 0) return 0;
      if (((seen ^ key) & ~kRowMask) == 0) return static_cast<uint32_t>(seen & kRowMask);
    }
    return 0;
  }

  bool HasRoom() const { return taken.load(kRelaxed) < kRows - 1; }

  uint32_t Take() {
    if (!HasRoom()) return 0;
    const uint32_t row = taken.fetch_add(1, kRelaxed) + 1;
    return row < kRows ? row : 0;
  }

  // The row that has the key from now on: another thread may have put one.
  uint32_t Put(uint64_t key, uint32_t row) {
    const uint64_t word = (key & ~kRowMask) | row;
    for (uint32_t probe = 0; probe < kSlots; ++probe) {
      uint64_t seen = 0;
      if (slots[SlotOf(key, probe)].compare_exchange_strong(seen, word,
                                                            std::memory_order_acq_rel)) {
        return row;
      }
      if (((seen ^ key) & ~kRowMask) == 0) return static_cast<uint32_t>(seen & kRowMask);
    }
    return 0;
  }

  static uint32_t SlotOf(uint64_t key, uint32_t probe) {
    return static_cast<uint32_t>((key >> 32) + probe) % kSlots;
  }
};

Index<kMostJsFunctions> function_index;
Index<kMostJsScripts> script_index;
std::atomic<uint64_t> known_frames;
std::atomic<uint64_t> unknown_frames;

bool IsLead(uint32_t unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}

bool IsTrail(uint32_t unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

// Half of a pair is told as the replacement character.
uint32_t NextPoint(const Utf16& text, uint32_t* at) {
  constexpr uint32_t kReplacement = 0xFFFD;
  const uint32_t unit = text.units[(*at)++];
  if (IsTrail(unit)) return kReplacement;
  if (!IsLead(unit)) return unit;
  if (*at == text.count || !IsTrail(text.units[*at])) return kReplacement;
  return 0x10000 + ((unit - 0xD800) << 10) + (text.units[(*at)++] - 0xDC00u);
}

uint32_t BytesOf(uint32_t point) {
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

void PutPoint(uint32_t point, uint32_t bytes, char* to) {
  constexpr uint32_t kLeads[] = {0, 0, 0xC0, 0xE0, 0xF0};
  for (uint32_t index = bytes - 1; index > 0; --index, point >>= 6) {
    to[index] = static_cast<char>(0x80 | (point & 0x3F));
  }
  to[0] = static_cast<char>(kLeads[bytes] | point);
}

// Writes whole characters until there is no more room, and returns the number of bytes.
uint32_t WriteUtf8(const Utf16& text, uint32_t first, char* to, uint32_t room) {
  uint32_t written = 0;
  for (uint32_t at = first; at < text.count;) {
    const uint32_t point = NextPoint(text, &at);
    const uint32_t bytes = BytesOf(point);
    if (bytes > room - written) break;
    PutPoint(point, bytes, to + written);
    written += bytes;
  }
  return written;
}

// Where the longest end begins that has room.
uint32_t FirstOfEnd(const Utf16& text, uint32_t room) {
  uint32_t total = 0;
  for (uint32_t at = 0; at < text.count;) total += BytesOf(NextPoint(text, &at));
  uint32_t first = 0;
  while (total > room) total -= BytesOf(NextPoint(text, &first));
  return first;
}

}  // namespace

uint32_t FindScript(uint64_t key) {
  return script_index.Find(key);
}

uint32_t FindFunction(uint64_t key) {
  return function_index.Find(key);
}

uint32_t MakeScript(uint64_t key, const Utf16& url) {
  const TablesUse tables;
  const uint32_t script = tables ? script_index.Take() : kNoScript;
  if (script == kNoScript) return kNoScript;
  char bytes[kUrlBytes];
  const uint32_t count = WriteUtf8(url, FirstOfEnd(url, kUrlBytes), bytes, kUrlBytes);
  AddText(tables.operator->(), bytes, count, &tables->js_scripts[script].url);
  return script_index.Put(key, script);
}

bool HasRoomForFunction() {
  return function_index.HasRoom();
}

uint32_t MakeFunction(uint64_t key, const Utf16& name, uint32_t script, uint32_t line,
                      uint32_t column) {
  const TablesUse tables;
  const uint32_t function = tables ? function_index.Take() : kUnknownFunction;
  if (function == kUnknownFunction) return kUnknownFunction;
  JsFunctionRow& row = tables->js_functions[function];
  row.script = script;
  row.line = line;
  row.column = column;
  char bytes[kNameBytes];
  AddText(tables.operator->(), bytes, WriteUtf8(name, 0, bytes, kNameBytes), &row.name_in_source);
  row.is_made.store(1, std::memory_order_release);
  return function_index.Put(key, function);
}

bool IsNamed(uint32_t function) {
  const StackTables* const tables = ReadStackTables();
  return tables->js_functions[function].naming.load(std::memory_order_acquire) == kIsNamed;
}

void NameFunction(uint32_t function, const Utf16& name) {
  const TablesUse tables;
  if (!tables) return;
  JsFunctionRow& row = tables->js_functions[function];
  uint32_t seen = 0;
  if (!row.naming.compare_exchange_strong(seen, kIsBeingNamed, kRelaxed)) return;
  char bytes[kNameBytes];
  AddText(tables.operator->(), bytes, WriteUtf8(name, 0, bytes, kNameBytes), &row.name);
  row.naming.store(kIsNamed, std::memory_order_release);
}

void CountJsFrame(uint32_t function) {
  (function == kUnknownFunction ? unknown_frames : known_frames).fetch_add(1, kRelaxed);
}

bool ReadJsFunction(uint32_t function, JsFunction* read) {
  const StackTables* const tables = ReadStackTables();
  if (tables == nullptr || function == kUnknownFunction || function >= kMostJsFunctions) {
    return false;
  }
  const JsFunctionRow& row = tables->js_functions[function];
  if (row.is_made.load(std::memory_order_acquire) == 0) return false;
  const auto text = [tables](const NotedText& noted) {
    return Utf8{tables->texts + noted.offset, noted.bytes.load(kRelaxed)};
  };
  const bool is_named = IsNamed(function);
  *read = {text(is_named ? row.name : row.name_in_source), is_named,
           text(tables->js_scripts[row.script].url), row.line, row.column};
  return true;
}

JsFrameCounts ReadJsFrameCounts() {
  return {known_frames.load(kRelaxed), unknown_frames.load(kRelaxed)};
}

}  // namespace stageprof_tracker
