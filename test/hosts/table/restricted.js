// Machines that allow little: limits, sandboxes, namespaces, closed descriptors, folders that cannot be written.
import { OPEN } from './programs.js';

// Does what a pipeline does: reads files, waits for timers, takes memory.
const WORKS = `${OPEN}
import { readFileSync, writeFileSync } from 'node:fs';
const kept = [];
profiler.stage('compute', () => { for (let i = 0; i < 50; i++) kept.push(Buffer.alloc(10_000, i)); });
await profiler.stage('wait', () => new Promise((resolve) => setTimeout(resolve, 120)));
let read = 0;
profiler.stage('read', () => { read = readFileSync(new URL(import.meta.url)).length > 100 ? 1 : 0; });
console.log('worked', read, kept.length);
process.exitCode = 3;
`;

const WORKED = { exit: 3, stdout: 'worked 1 50', stages: { compute: 1, wait: 1, read: 1 } };

/** Restricts `run` itself as well as the program. */
const restricted = (name, around, row) => ({
  name: `restricted: ${name}`,
  files: { 'main.mjs': WORKS },
  command: ['node', 'main.mjs'],
  around,
  ...WORKED,
  ...row,
});

const shell = (script) => ['sh', '-c', `${script}; exec "$@"`, 'sh'];

/** Restricts the program alone, so that `run` has all that it needs. */
const inside = (name, script, row) =>
  restricted(name, [], { command: [...shell(script), 'node', 'main.mjs'], ways: ['run', 'register'], ...row });

// Without the calls that no kernel refuses, such as getuid: node sometimes ends then, or ignores NODE_OPTIONS.
const DENIED = [
  'access',
  'brk',
  'capget',
  'clock_getres',
  'clock_gettime',
  'clone3',
  'copy_file_range',
  'dup',
  'dup2',
  'dup3',
  'eventfd2',
  'fadvise64',
  'fallocate',
  'fcntl',
  'flock',
  'fstat',
  'fstatfs',
  'fsync',
  'ftruncate',
  'getcpu',
  'getcwd',
  'getdents64',
  'getppid',
  'getpriority',
  'getrandom',
  'getrlimit',
  'getrusage',
  'ioctl',
  'kill',
  'link',
  'lseek',
  'madvise',
  'membarrier',
  'memfd_create',
  'mincore',
  'mkdir',
  'mremap',
  'msync',
  'nanosleep',
  'newfstatat',
  'perf_event_open',
  'pidfd_open',
  'pipe2',
  'pkey_alloc',
  'ppoll',
  'prctl',
  'pread64',
  'prlimit64',
  'process_vm_readv',
  'pwrite64',
  'readlink',
  'rename',
  'rmdir',
  'rseq',
  'rt_sigprocmask',
  'sched_getaffinity',
  'sched_setaffinity',
  'sched_yield',
  'set_robust_list',
  'setitimer',
  'sigaltstack',
  'socket',
  'statfs',
  'statx',
  'sysinfo',
  'tgkill',
  'timer_create',
  'timer_settime',
  'times',
  'umask',
  'uname',
  'unlink',
  'wait4',
];

/** A system call that fails in the program and in what it starts. */
const denied = (call, errno) =>
  restricted(`${call} fails with ${errno}`, [], {
    compiled: ['deny'],
    command: ['<deny>', call, errno, 'node', 'main.mjs'],
    needs: ['compiler'],
    ifNodeSurvives: true,
  });

/** Runs in its own namespace, whose mounts end with the process. */
const mounted = (name, script, row) =>
  restricted(name, ['unshare', '-m', ...shell(script)], { needs: ['root', 'mounts'], ...row });

const CLOSES = `${OPEN}
import fs from 'node:fs';
const isFile = (fd) => { try { const stats = fs.fstatSync(fd); return stats.isFile() || fs.readlinkSync('/proc/self/fd/' + fd).startsWith('/proc'); } catch { return false; } };
profiler.stage('before', () => {});
// As daemons do. Descriptors without a path belong to the event loop.
for (let fd = 3; fd < 200; fd++) if (isFile(fd)) fs.closeSync(fd);
const files = [];
for (let i = 0; i < 40; i++) { const fd = fs.openSync('file' + i, 'w+'); fs.writeSync(fd, 'content ' + i); files.push(fd); }
for (let i = 0; i < 30; i++) profiler.stage('after', () => {});
await profiler.stage('wait', () => new Promise((resolve) => setTimeout(resolve, 300)));
profiler.report();
console.log(files.filter((fd, i) => { const text = Buffer.alloc(20); try { return fs.readSync(fd, text, 0, 20, 0) !== ('content ' + i).length || !text.toString().startsWith('content ' + i); } catch { return true; } }).length);
`;

/** Opens no stage and few files. */
const OPENS = `const fs = require('fs');
const opened = [1, 2, 3].map(() => fs.openSync(__filename));
console.log('opened', opened.length);`;

export const RESTRICTED = [
  ...[18, 20, 21, 22, 24, 28, 32].map((limit) =>
    restricted(`ulimit -n ${limit}, for a program without stages`, [], {
      files: { 'main.cjs': OPENS },
      command: [...shell(`ulimit -n ${limit}`), 'node', 'main.cjs'],
      exit: 0,
      stdout: 'opened 3',
      stages: {},
      ifNodeSurvives: true,
    }),
  ),
  ...[0, 1, 2].map((fd) => inside(`descriptor ${fd} closed`, `exec ${fd}>&-`, fd === 1 ? { stdout: '' } : {})),
  inside('all of 0, 1, 2 closed', 'exec 0<&- 1>&- 2>&-', { stdout: '' }),
  ...['0<&-', '2>&-', '0<&- 2>&-', '3>&- 4>&- 5>&-'].map((how) =>
    restricted(`${how} for the profiler too`, shell(`exec ${how}`)),
  ),
  restricted('stderr of the profiler full', shell('exec 2>/dev/full')),
  inside(
    'descriptors 3 to 9 in use',
    'exec 3</dev/null 4</dev/null 5</dev/null 6</dev/null 7</dev/null 8</dev/null 9>passed',
  ),
  {
    name: 'restricted: a program that closes all descriptors of files and opens others',
    files: { 'main.mjs': CLOSES },
    command: ['node', 'main.mjs'],
    needs: ['proc'],
    stdout: '0',
    stages: { before: 1, after: 30, wait: 1 },
    ways: ['run', 'register'],
  },
  ...[
    '-n 20',
    '-n 24',
    '-n 32',
    '-s 256',
    '-s unlimited',
    '-f 0',
    '-f 100',
    '-c 0',
    '-c unlimited',
    '-l 0',
    '-i 0',
    '-q 0',
    '-x 0',
    '-r 0',
  ].map((limit) => inside(`ulimit ${limit}`, `ulimit ${limit} 2>/dev/null`, { ifNodeSurvives: true })),
  ...['-v 2000000', '-v 1200000', '-d 200000', '-n 40', '-f 100'].map((limit) =>
    restricted(`ulimit ${limit} for the profiler too`, shell(`ulimit ${limit}`), { ifNodeSurvives: true }),
  ),
  restricted('few processes', ['setpriv', '--reuid=65533', '--clear-groups', ...shell('ulimit -u 40')], {
    needs: ['root', 'setpriv'],
  }),
  restricted('the program as another user', [], {
    command: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'node', 'main.mjs'],
    needs: ['root', 'setpriv'],
    report: false,
    says: /user/,
    mayLack: ['compute', 'wait', 'read'],
  }),
  restricted('no new privileges', ['setpriv', '--no-new-privs'], { needs: ['setpriv'] }),
  restricted('no capabilities', ['setpriv', '--bounding-set=-all', '--inh-caps=-all'], { needs: ['root', 'setpriv'] }),
  ...DENIED.flatMap((call) => [denied(call, 'EPERM'), denied(call, 'ENOSYS')]),
  denied('ftruncate,fallocate', 'ENOSPC'),
  denied('madvise,mremap', 'ENOMEM'),
  denied(
    'timer_create,timer_settime,setitimer,getrusage,prctl,madvise,sched_getaffinity,pread64,statfs,fstatfs',
    'EPERM',
  ),
  mounted('no /proc', 'mount -t tmpfs none /proc'),
  mounted('no /sys', 'mount -t tmpfs none /sys'),
  mounted('no /dev/shm', 'mount -t tmpfs -o ro none /dev/shm'),
  mounted('a TMPDIR of 64 KB', 'mount -t tmpfs -o size=64k none "$TMPDIR"'),
  mounted(
    'a TMPDIR of 1 MB, nearly full',
    'mount -t tmpfs -o size=1m none "$TMPDIR"; head -c 1000000 /dev/zero > "$TMPDIR/full"',
  ),
  mounted('a TMPDIR without inodes', 'mount -t tmpfs -o nr_inodes=4 none "$TMPDIR"'),
  mounted('a TMPDIR that is read-only', 'mount -t tmpfs -o ro none "$TMPDIR"'),
  mounted('a TMPDIR mounted with noexec', 'mount -t tmpfs -o noexec,nodev,nosuid none "$TMPDIR"'),
  mounted(
    'a /tmp that is read-only, and no TMPDIR',
    'unset TMPDIR; mount --bind -o ro . /mnt; mount -t tmpfs -o ro none /var/tmp',
  ),
  mounted('a working directory that is read-only', 'mount --bind . . && mount -o remount,ro,bind . && cd "$PWD"'),
  mounted(
    '/proc without other processes',
    'mount -o remount,hidepid=2 /proc 2>/dev/null || mount -t proc -o hidepid=2 proc /proc',
  ),
  restricted('a TMPDIR that does not exist', ['env', 'TMPDIR=/nowhere']),
  restricted('a process namespace of its own', ['unshare', '-p', '-f', '--mount-proc', '--kill-child'], {
    needs: ['root', 'pids', 'mounts'],
  }),
  restricted('a process namespace, with the /proc of another', ['unshare', '-p', '-f'], { needs: ['root', 'pids'] }),
  restricted('the program alone in a process namespace', [], {
    command: ['unshare', '-p', '-f', 'node', 'main.mjs'],
    needs: ['root', 'pids'],
  }),
  restricted('a user namespace', ['unshare', '-U', '-r'], { needs: ['users'] }),
  restricted('a user namespace without a name', ['unshare', '-U'], { needs: ['users'] }),
  restricted('no network', ['unshare', '-n'], { needs: ['root', 'network'] }),
  restricted('all namespaces', ['unshare', '-m', '-u', '-i', '-n', '-p', '-f', '--mount-proc'], {
    needs: ['root', 'pids', 'mounts'],
  }),
  restricted('a root of its own', [], {
    command: [
      'unshare',
      '-m',
      ...shell('mount --bind / /mnt && mount --bind "$PWD" "/mnt$PWD"'),
      'chroot',
      '/mnt',
      'sh',
      '-c',
      'cd <world> && exec node main.mjs',
    ],
    needs: ['root', 'mounts'],
  }),
  restricted('the lowest priority', ['nice', '-n', '19']),
  restricted('a blocked SIGPROF and ignored SIGHUP', ['sh', '-c', 'trap \'\' HUP INT USR2; exec "$@"', 'sh']),
  restricted('one CPU', ['taskset', '-c', '0']),
  restricted('no HOME, PATH of one folder, no LANG', ['env', '-u', 'HOME', '-u', 'LANG', 'LC_ALL=C']),
];
