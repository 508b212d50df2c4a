#ifndef STAGEPROF_ACCOUNTING_OPEN_CALLS_H_
#define STAGEPROF_ACCOUNTING_OPEN_CALLS_H_

#include <stddef.h>
#include <stdint.h>

namespace stageprof {

// The calls that have been entered and not yet left, by their positions in JS's pool, in the order
// of entry. JS keeps the tree of them.
class OpenCalls {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  OpenCalls() = default;
  ~OpenCalls();
  OpenCalls(const OpenCalls&) = delete;
  OpenCalls& operator=(const OpenCalls&) = delete;

  // Takes the cells of the call at a position: the next one, or one that has others so far. False
  // where there is no memory, or for a position behind the next.
  bool Add(uint32_t position, double* cells);
  // Null for a position that was not added.
  double* CellsAt(double position) const {
    return position >= 0 && position < size_ ? calls_[static_cast<size_t>(position)].cells
                                             : nullptr;
  }
  bool IsOpen(uint32_t position) const { return calls_[position].moment != 0; }
  // When it was entered, in entries so far.
  double MomentOf(uint32_t position) const { return calls_[position].moment; }
  uint32_t OlderThan(uint32_t position) const { return calls_[position].older; }
  uint32_t newest() const { return newest_; }
  double entered() const { return entered_; }
  size_t open_count() const { return open_count_; }

  void Open(uint32_t position);
  void Close(uint32_t position);
  // Writes the moments of all open calls, which rise.
  void ReadMoments(double* moments) const;

 private:
  struct Call {
    double* cells;
    double moment;  // 0 while it is not open
    uint32_t older;
    uint32_t newer;
  };

  Call* calls_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
  uint32_t newest_ = kNone;
  double entered_ = 0;
  size_t open_count_ = 0;
};

}  // namespace stageprof

#endif  // STAGEPROF_ACCOUNTING_OPEN_CALLS_H_
