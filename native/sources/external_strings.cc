#include "external_strings.h"

#include <stdint.h>

#include "../support/symbols.h"

namespace stageprof {

namespace {

// EXTERN_APEX of node's src/string_bytes.cc: shorter strings are copied into the heap. The sources of
// node's own modules are outside of it too, each shorter than this, in the pages of its binary.
constexpr int kLeastLength = 0xFBEE9;

}  // namespace

// Has the virtual functions of v8::ExternalResourceVisitor, in their order. A v8::Local is passed as
// the pointer that it holds.
class StringVisitor {
 public:
  StringVisitor(int (*length)(const void* string), bool (*is_one_byte)(const void* string))
      : length_(length), is_one_byte_(is_one_byte) {}
  virtual ~StringVisitor() = default;
  virtual void VisitExternalString(const void* string) {
    const int length = length_(string);
    if (length < kLeastLength) return;
    const double characters = length;
    bytes_ += is_one_byte_(string) ? characters : characters * sizeof(uint16_t);
  }
  double bytes() const { return bytes_; }

 private:
  int (*const length_)(const void* string);
  bool (*const is_one_byte_)(const void* string);
  double bytes_ = 0;
};

void ExternalStrings::Open(void* isolate) {
  isolate_ = isolate;
  length_ = reinterpret_cast<decltype(length_)>(FindSymbol("_ZNK2v86String6LengthEv"));
  is_one_byte_ =
      reinterpret_cast<decltype(is_one_byte_)>(FindSymbol("_ZNK2v86String17IsExternalOneByteEv"));
  if (length_ == nullptr || is_one_byte_ == nullptr) return;
  visit_ = reinterpret_cast<decltype(visit_)>(
      FindSymbol("_ZN2v87Isolate22VisitExternalResourcesEPNS_23ExternalResourceVisitorE"));
}

void ExternalStrings::Look(double outside_bytes) {
  if (!account_.Begin(expected_ns_)) return;
  StringVisitor visitor(length_, is_one_byte_);
  visit_(isolate_, &visitor);
  bytes_ = visitor.bytes();
  seen_outside_bytes_ = outside_bytes;
  expected_ns_ = account_.End();
}

}  // namespace stageprof
