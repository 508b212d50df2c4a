// deny CALL[,CALL...] ERRNO COMMAND [ARGS...]: runs a command in which each system call CALL fails with ERRNO, as it
// does in a sandbox.
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { kUsage = 2, kUnknown = 3, kCannotFilter = 4, kMostCalls = 32 };

struct Name {
  const char* name;
  int number;
};

#define CALL(name) \
  { #name, SYS_##name }

// The calls that can be named. Node or a profiler makes each of them; without some of them no program starts.
static const struct Name kCalls[] = {
    CALL(access),
    CALL(brk),
    CALL(capget),
    CALL(clock_getres),
    CALL(clock_gettime),
    CALL(clone3),
    CALL(close),
    CALL(copy_file_range),
    CALL(dup),
    CALL(dup2),
    CALL(dup3),
    CALL(epoll_create1),
    CALL(epoll_pwait),
    CALL(eventfd2),
    CALL(fadvise64),
    CALL(fallocate),
    CALL(fchmod),
    CALL(fcntl),
    CALL(fdatasync),
    CALL(flock),
    CALL(fstat),
    CALL(fstatfs),
    CALL(fsync),
    CALL(ftruncate),
    CALL(futex),
    CALL(get_mempolicy),
    CALL(getcpu),
    CALL(getcwd),
    CALL(getdents64),
    CALL(getegid),
    CALL(geteuid),
    CALL(getgid),
    CALL(getpid),
    CALL(getppid),
    CALL(getpriority),
    CALL(getrandom),
    CALL(getrlimit),
    CALL(getrusage),
    CALL(gettid),
    CALL(getuid),
    CALL(inotify_init1),
    CALL(io_uring_setup),
    CALL(ioctl),
    CALL(kill),
    CALL(link),
    CALL(linkat),
    CALL(lseek),
    CALL(madvise),
    CALL(membarrier),
    CALL(memfd_create),
    CALL(mincore),
    CALL(mkdir),
    CALL(mlock),
    CALL(mremap),
    CALL(msync),
    CALL(nanosleep),
    CALL(newfstatat),
    CALL(perf_event_open),
    CALL(pidfd_open),
    CALL(pipe2),
    CALL(pkey_alloc),
    CALL(ppoll),
    CALL(prctl),
    CALL(pread64),
    CALL(preadv),
    CALL(prlimit64),
    CALL(process_vm_readv),
    CALL(pwrite64),
    CALL(readlink),
    CALL(readlinkat),
    CALL(rename),
    CALL(renameat2),
    CALL(rmdir),
    CALL(rseq),
    CALL(rt_sigaction),
    CALL(rt_sigprocmask),
    CALL(rt_sigqueueinfo),
    CALL(rt_sigtimedwait),
    CALL(sched_getaffinity),
    CALL(sched_setaffinity),
    CALL(sched_yield),
    CALL(set_robust_list),
    CALL(setitimer),
    CALL(setpriority),
    CALL(sigaltstack),
    CALL(signalfd4),
    CALL(socket),
    CALL(socketpair),
    CALL(statfs),
    CALL(statx),
    CALL(symlink),
    CALL(sysinfo),
    CALL(tgkill),
    CALL(timer_create),
    CALL(timer_settime),
    CALL(timerfd_create),
    CALL(times),
    CALL(umask),
    CALL(uname),
    CALL(unlink),
    CALL(unlinkat),
    CALL(userfaultfd),
    CALL(utimensat),
    CALL(wait4),
    CALL(waitid),
};

static const struct Name kErrors[] = {
    {"EPERM", EPERM},   {"ENOSYS", ENOSYS}, {"EACCES", EACCES},
    {"ENOSPC", ENOSPC}, {"EMFILE", EMFILE}, {"ENOMEM", ENOMEM},
};

static int NumberOf(const struct Name* names, size_t count, const char* name) {
  for (size_t i = 0; i < count; i++) {
    if (strcmp(names[i].name, name) == 0) return names[i].number;
  }
  fprintf(stderr, "deny: %s is not known\n", name);
  exit(kUnknown);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int main(int argc, char** argv) {
  if (argc < 4) {
    fprintf(stderr, "deny CALL[,CALL...] ERRNO COMMAND [ARGS...]\n");
    return kUsage;
  }
  int error = NumberOf(kErrors, COUNT(kErrors), argv[2]);
  // The filter does not check the architecture, since nothing here makes calls of another one.
  struct sock_filter filter[2 * kMostCalls + 2];
  unsigned short length = 0;
  filter[length++] =
      (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (char* name = strtok(argv[1], ","); name != NULL && length < 2 * kMostCalls;
       name = strtok(NULL, ",")) {
    int number = NumberOf(kCalls, COUNT(kCalls), name);
    filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error);
  }
  filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {length, filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    perror("deny: prctl");
    return kCannotFilter;
  }
  execvp(argv[3], argv + 3);
  perror(argv[3]);
  return kCannotFilter;
}
