#ifndef STAGEPROF_SUPPORT_FAILURE_H_
#define STAGEPROF_SUPPORT_FAILURE_H_

namespace stageprof {

// Why a source cannot be read. It is remembered once and never printed. The first reason is kept,
// because later failures are usually its consequences.
class Failure {
 public:
  // Null while the source can be read.
  const char* reason() const { return text_[0] == '\0' ? nullptr : text_; }
  explicit operator bool() const { return text_[0] != '\0'; }

  void Set(const char* reason);
  // "<what> <subject>: <error of errno>", such as "open /proc/self/statm: Permission denied".
  void SetFromErrno(const char* what, const char* subject);
  void SetMissingSymbol(const char* symbol);

 private:
  char text_[160] = {};
};

}  // namespace stageprof

#endif  // STAGEPROF_SUPPORT_FAILURE_H_
