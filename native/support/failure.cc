#include "failure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

namespace stageprof {

void Failure::Set(const char* reason) {
  if (*this) return;
  snprintf(text_, sizeof text_, "%s", reason);
}

void Failure::SetFromErrno(const char* what, const char* subject) {
  if (*this) return;
  // strerror is used because strerror_r differs between glibc and musl. For the errors that system
  // calls return here, both libraries return constant strings.
  snprintf(text_, sizeof text_, "%s %s: %s", what, subject, strerror(errno));
}

void Failure::SetMissingSymbol(const char* symbol) {
  if (*this) return;
  snprintf(text_, sizeof text_, "symbol %s is not exported by this node binary", symbol);
}

}  // namespace stageprof
