#ifndef STAGEPROF_TRACKER_STACKS_STACK_TABLES_H_
#define STAGEPROF_TRACKER_STACKS_STACK_TABLES_H_

#include <stddef.h>
#include <stdint.h>

#include <atomic>

namespace stageprof_tracker {

// Everything that is known of the sampled stacks, in one piece of memory, which may be a file: then
// it is still there when the program was killed. Whoever reads the file finds the areas by the
// directory in the header. Numbers are little-endian; what is not there yet is zero.

constexpr uint32_t kMostSites = 1 << 15;
constexpr uint32_t kMostSiteFrames = 1 << 19;
constexpr uint32_t kMostStages = 1 << 12;
constexpr uint32_t kMostNotedModules = 512;
constexpr uint32_t kMostJsFunctions = 1 << 14;
constexpr uint32_t kMostJsScripts = 1 << 12;
// Pairs of a stage in which blocks were born and one that they have outlived: two lists, written in turn,
// so that one of them is whole at any moment.
constexpr uint32_t kOutlivedInList = 1 << 11;
constexpr uint32_t kMostOutlived = 2 * kOutlivedInList;
constexpr uint32_t kSecondList = uint32_t{1} << 31;
constexpr uint32_t kMostTextBytes = 1 << 20;
constexpr uint32_t kMostCpuRows = 1 << 15;
constexpr uint32_t kMostCpuNames = 1 << 8;

// In the area of texts; `bytes` is 0 as long as it is not there.
struct NotedText {
  uint32_t offset;
  std::atomic<uint32_t> bytes;
};

struct SiteRow {
  std::atomic<uint64_t> allocated_blocks;
  std::atomic<uint64_t> allocated_bytes;
  std::atomic<int64_t> live_blocks;
  std::atomic<int64_t> live_bytes;
  std::atomic<int64_t> bytes_at_peak;  // in the epoch `epoch`; the live bytes, if that is over
  std::atomic<int64_t> end_blocks;     // live when the end was noted
  std::atomic<int64_t> end_bytes;
  std::atomic<uint32_t> epoch;
  std::atomic<uint32_t> count;  // of its frames, written after them
  uint32_t first;
  uint32_t stage;
};

struct StageRow {
  NotedText thread;
  NotedText label;  // written last
};

struct OutlivedRow {
  uint32_t born;
  uint32_t after;
  uint64_t bytes;
};

// Samples of CPU by where a thread was, a hash table. What a row counts stands in it as soon as it has samples.
struct CpuRow {
  std::atomic<uint64_t> hash;  // of the members up to `name`; 0 where the row is free
  uint64_t leaf;               // a frame of a site; 0 where it is not known
  uint32_t site;               // of its callers
  uint32_t name;
  std::atomic<uint64_t> samples;
  // What they stand for, in periods of the sampling. Signals are sent at ticks of the kernel: where those are
  // further apart, a sample stands for more than one.
  std::atomic<uint64_t> periods;
};

// Threads of one name.
struct CpuNameRow {
  NotedText name;
  std::atomic<uint64_t> cpu_ns;  // by their own clocks
};

struct ModuleRow {
  NotedText build_id;  // as it is in the file, not in hexadecimal
  NotedText path;      // written last
};

// The first row of each is not used.
struct JsFunctionRow {
  NotedText name;  // that V8 has for it
  uint32_t script;
  uint32_t line;
  uint32_t column;
  std::atomic<uint32_t> is_made;  // written last, but for the name, which may come later
  NotedText name_in_source;
  std::atomic<uint32_t> naming;
};

struct JsScriptRow {
  NotedText url;
};

struct StackTables {
  enum Area {
    kSites,
    kSiteFrames,
    kStages,
    kModules,
    kJsFunctions,
    kJsScripts,
    kTexts,
    kOutlived,
    kCpuRows,
    kCpuNames,
    kAreas
  };
  struct Place {
    uint32_t offset;
    uint32_t entry_bytes;
    uint32_t entries;
  };

  char magic[8];
  uint32_t version;
  uint32_t pid;
  uint64_t rate;  // bytes between two points of the sample; 0 where blocks are not sampled
  uint32_t areas;
  Place places[kAreas];

  // How many entries are in use. The first site, and the first stages, are there from the start.
  std::atomic<uint32_t> sites_taken;
  std::atomic<uint32_t> frames_taken;
  std::atomic<uint32_t> stages_taken;
  std::atomic<uint32_t> text_taken;

  // The peak of all sites together. Between two peaks lies an epoch: it begins with the first fall
  // after a new highest value, and a row that changes for the first time in it notes what it had
  // until then. The changes of a row and of the sum are not one; with several threads a row may be
  // told as it was one block earlier or later.
  std::atomic<uint32_t> epoch;
  std::atomic<uint32_t> is_rising;
  std::atomic<uint32_t> has_ended;
  std::atomic<uint32_t> missed;          // stacks for which there was no room
  std::atomic<uint32_t> outlived_taken;  // of the first list, or, with kSecondList, of the second
  std::atomic<uint32_t> cpu_hz;  // samples that stand for a second of CPU; 0 where none are taken
  std::atomic<uint32_t> cpu_names_taken;
  std::atomic<int64_t> live_bytes;
  std::atomic<int64_t> peak_bytes;
  double start_ns;        // CLOCK_MONOTONIC
  double outlived_ns[2];  // when each list was written
  double alive_ns;        // when the process was last seen to run; 0 where nobody looks

  SiteRow sites[kMostSites];
  uint64_t frames[kMostSiteFrames];
  StageRow stages[kMostStages];
  ModuleRow modules[kMostNotedModules];
  JsFunctionRow js_functions[kMostJsFunctions];
  JsScriptRow js_scripts[kMostJsScripts];
  char texts[kMostTextBytes];
  OutlivedRow outlived[kMostOutlived];
  CpuRow cpu_rows[kMostCpuRows];
  CpuNameRow cpu_names[kMostCpuNames];
  // When a call of the stage was last opened, by CLOCK_MONOTONIC; 0 before the first. JS writes it.
  double opened_ns[kMostStages];
};

// Called while there is one thread. False where the kernel has no memory for the tables; most of
// them is never touched.
bool OpenStackTables(uint64_t rate);
// Moves the tables into a file, whose blocks are allocated. Returns 0 or an errno. Not for hooks.
int MoveStackTables(int descriptor);
// Where JS writes when stages are opened, kMostStages numbers; null without tables.
double* StageOpenings();
// What a reader in this process copies; null without tables.
const StackTables* ReadStackTables();

// The tables, as long as this object lives: they are not moved meanwhile. Null where there are none,
// and in a child of fork, which would write into the file of its parent. A hook may use it.
class TablesUse {
 public:
  TablesUse();
  ~TablesUse();
  TablesUse(const TablesUse&) = delete;
  TablesUse& operator=(const TablesUse&) = delete;

  explicit operator bool() const { return tables_ != nullptr; }
  StackTables* operator->() const { return tables_; }

 private:
  StackTables* tables_;
};

// Copies a text into the tables. Where there is no room for it, it is left out.
void AddText(StackTables* tables, const char* from, uint32_t bytes, NotedText* text);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_STACK_TABLES_H_
