#include "source_text.h"

#include <string.h>

namespace stageprof_tracker {

namespace {

constexpr uint16_t kLineSeparator = 0x2028;
constexpr uint16_t kParagraphSeparator = 0x2029;

bool IsLineEnd(const Text& source, uint32_t at) {
  const uint16_t unit = source.At(at);
  if (unit == '\n' || unit == kLineSeparator || unit == kParagraphSeparator) return true;
  return unit == '\r' && (at + 1 == source.length || source.At(at + 1) != '\n');
}

struct Lines {
  uint32_t count = 0;  // that have ended
  uint32_t begin = 0;  // of the next one

  void EndAt(uint32_t at) {
    ++count;
    if (at >= begin) begin = at + 1;
  }
};

void EndLinesAt(const Text& latin1, uint32_t end, char unit, Lines* lines) {
  const auto* const first = static_cast<const char*>(latin1.units);
  const char* at = first;
  while ((at = static_cast<const char*>(memchr(at, unit, first + end - at))) != nullptr) {
    const auto index = static_cast<uint32_t>(at++ - first);
    if (IsLineEnd(latin1, index)) lines->EndAt(index);
  }
}

bool IsSpace(uint16_t unit) {
  return unit == ' ' || unit == '\t' || unit == '\n' || unit == '\r';
}

// Letters that are not ASCII's, and what else has so high a number, belong to names.
bool IsOfName(uint16_t unit) {
  constexpr uint16_t kFirstOther = 0xAA;
  constexpr uint16_t kWideSpace = 0x3000;
  constexpr uint16_t kByteOrderMark = 0xFEFF;
  const bool is_punctuation = unit >= 0x2000 && unit < 0x2070;
  if (is_punctuation || unit == kWideSpace || unit == kByteOrderMark) return false;
  return (unit >= 'a' && unit <= 'z') || (unit >= 'A' && unit <= 'Z') ||
         (unit >= '0' && unit <= '9') || unit == '_' || unit == '$' || unit == '#' ||
         unit >= kFirstOther;
}

// A part of the source. Empty ones end where they begin.
struct Word {
  uint32_t first;
  uint32_t end;
};

class Reader {
 public:
  explicit Reader(const Text& source) : source_(source) {}

  // The name of a declaration, a method or an expression of its own.
  Word FindOwn(uint32_t start) const {
    const Word word = WordBefore(SkipBlanks(start));
    return IsName(word) && !IsAccessor(word) ? word : kNone;
  }

  // Whether an arrow function begins there whose one parameter has no parenthesis.
  bool IsArrow(uint32_t start) const {
    uint32_t at = start;
    while (at < source_.length && IsOfName(source_.At(at))) ++at;
    if (at == start) return false;
    while (at < source_.length && source_.At(at) == ' ') ++at;
    return source_.length - at >= 2 && source_.At(at) == '=' && source_.At(at + 1) == '>';
  }

  // The name of what an arrow function is assigned to, which is then its own. Another function may be
  // called at once, and its result be assigned.
  Word FindAssigned(uint32_t start) const {
    uint32_t at = SkipBlanks(start);
    const Word keyword = WordBefore(at);
    if (Is(keyword, "async")) at = SkipBlanks(keyword.first);
    const uint16_t sign = UnitBefore(at);
    if (sign != '=' && sign != ':') return kNone;
    const Word word = WordBefore(SkipBlanks(at - 1));
    if (!IsName(word)) return kNone;
    const uint16_t before = UnitBefore(SkipSpaces(word.first));
    // Not `condition ? one : (two)`.
    if (sign == ':') return before == '{' || before == ',' ? word : kNone;
    // A member has a name only if V8 infers one.
    return before == '.' ? kNone : word;
  }

 private:
  static constexpr Word kNone = {0, 0};

  uint16_t UnitBefore(uint32_t at) const { return at == 0 ? 0 : source_.At(at - 1); }

  // Empty also where it is longer than any name.
  Word WordBefore(uint32_t end) const {
    constexpr uint32_t kLongest = 1024;
    uint32_t first = end;
    while (IsOfName(UnitBefore(first))) {
      if (end - --first > kLongest) return kNone;
    }
    return {first, end};
  }

  uint32_t SkipSpaces(uint32_t at) const {
    while (IsSpace(UnitBefore(at))) --at;
    return at;
  }

  // A line before may end with a comment.
  uint32_t SkipBlanks(uint32_t at) const {
    while (UnitBefore(at) == ' ' || UnitBefore(at) == '\t') --at;
    return at;
  }

  bool Is(const Word& word, const char* text) const {
    if (word.end - word.first != strlen(text)) return false;
    for (uint32_t at = word.first; at < word.end; ++at) {
      if (source_.At(at) != static_cast<uint8_t>(text[at - word.first])) return false;
    }
    return true;
  }

  // An escape is a part of the name that is written otherwise, and has braces or not.
  bool IsName(const Word& word) const {
    if (word.first == word.end || UnitBefore(word.first) == '\\') return false;
    if (UnitBefore(word.first) == '}') return false;
    const uint16_t unit = source_.At(word.first);
    if (unit >= '0' && unit <= '9') return false;
    for (const char* other : kNotNames) {
      if (Is(word, other)) return false;
    }
    return true;
  }

  bool IsAccessor(const Word& word) const {
    const Word before = WordBefore(SkipSpaces(word.first));
    return Is(before, "get") || Is(before, "set");
  }

  // What may stand before the parameters of a function without a name. Some are names of methods too.
  static constexpr const char* kNotNames[] = {
      "anonymous",  "async", "await",   "case",   "catch",    "constructor", "default", "delete",
      "do",         "else",  "extends", "for",    "function", "get",         "if",      "in",
      "instanceof", "new",   "of",      "return", "set",      "static",      "switch",  "throw",
      "typeof",     "void",  "while",   "with",   "yield"};

  const Text& source_;
};

}  // namespace

SourcePosition FindPosition(const Text& source, uint32_t start) {
  constexpr uint32_t kMostUnits = 4 << 20;
  if (start > kMostUnits) return {0, 0};
  Lines lines;
  if (source.is_two_byte) {
    for (uint32_t at = 0; at < start; ++at) {
      if (IsLineEnd(source, at)) lines.EndAt(at);
    }
  } else {
    // The C library looks for one character much faster.
    EndLinesAt(source, start, '\n', &lines);
    EndLinesAt(source, start, '\r', &lines);
  }
  return {lines.count + 1, start - lines.begin + 1};
}

uint32_t FindName(const Text& source, uint32_t start, uint32_t most, uint16_t* units) {
  const Reader reader(source);
  const bool has_parenthesis = start < source.length && source.At(start) == '(';
  Word word = {0, 0};
  if (has_parenthesis) word = reader.FindOwn(start);
  if (word.first == word.end && (has_parenthesis || reader.IsArrow(start))) {
    word = reader.FindAssigned(start);
  }
  uint32_t count = 0;
  for (uint32_t at = word.first; at < word.end && count < most; ++at) {
    units[count++] = source.At(at);
  }
  return count;
}

}  // namespace stageprof_tracker
