// What a program inherits from its parent, and folders that the program changes under itself.
import { moduleHost, OPEN } from './programs.js';

const shell = (script) => ['sh', '-c', script, 'sh'];

/** Mostly programs that are not node, since node changes some of what it inherits. */
const inherited = (name, around, command, row) => ({
  name: `inherits: ${name}`,
  files: { text: 'from the file\n' },
  around,
  command,
  report: false,
  ...row,
});

// What `run` cannot pass on, because it is a program of Node; docs/run.md says so.
const DESCRIPTORS = 'Node closes inherited descriptors other than stdin, stdout and stderr in its children';
const LIMIT = 'Node raises the soft limit of open files to the hard one when it starts';
const DECODES = 'Node reads arguments and variables as UTF-8';
const EMPTIED = 'a program that empties the folder for temporary files removes the recorder too';
const TRUNCATED = 'the system sends SIGBUS to a process that touches a mapped file after it was truncated';

const FLAGS = `import fcntl, os, sys
print([fcntl.fcntl(fd, fcntl.F_GETFL) & (os.O_NONBLOCK | os.O_APPEND) for fd in (0, 1, 2)])`;

const A = "profiler.stage('a', () => {});\n";
const folder = (name, source, row) => moduleHost(`inherits: ${name}`, source, { stages: { a: 1 }, ...row });

export const INHERITED = [
  inherited('descriptors', shell('exec 9<text; exec "$@"'), ['sh', '-c', 'cat <&9'], {
    differs: DESCRIPTORS,
    stdout: 'from the file',
  }),
  inherited(
    'a pipe by its path, as shells name it',
    ['bash', '-c', 'exec "$@" <(echo from the pipe)', 'bash'],
    ['cat'],
    {
      stdout: 'from the pipe',
    },
  ),
  inherited(
    'limits',
    shell('ulimit -S -n 256; ulimit -S -c 0; ulimit -S -s 4096; exec "$@"'),
    ['cat', '/proc/self/limits'],
    {
      needs: ['proc'],
      differs: LIMIT,
      stdout: 'Max open files            256',
      mask: (text) => text.replace(/\(PID.*/g, ''),
    },
  ),
  inherited(
    'ignored signals',
    shell('trap \'\' HUP INT TERM PIPE USR1; exec "$@"'),
    ['grep', '^Sig', '/proc/self/status'],
    {
      needs: ['proc'],
      stdout: 'SigIgn:	0000000000005203',
      differs: 'Node restores the default of signals that were ignored when it started',
    },
  ),
  inherited('signals without anything special', [], ['grep', '^Sig', '/proc/self/status'], {
    needs: ['proc'],
    stdout: 'SigIgn',
  }),
  inherited(
    'arguments that are no UTF-8',
    shell('exec "$@" "$(printf "caf\\351")"'),
    ['sh', '-c', 'printf %s "$1" | od -c', 'sh'],
    {
      differs: DECODES,
      stdout: '351',
    },
  ),
  inherited(
    'variables that are no UTF-8',
    shell('NAME="$(printf "caf\\351")" exec "$@"'),
    ['sh', '-c', 'printf %s "$NAME" | od -c'],
    {
      differs: DECODES,
      stdout: '351',
    },
  ),
  inherited(
    'variables with odd names and values',
    ['env', 'a.b=1', 'EMPTY=', 'LINES=a\nb', '1=2', 'x y=z'],
    ['sh', '-c', 'env | grep -v -e STAGEPROF -e NODE_OPTIONS -e LD_PRELOAD -e ^_= | sort'],
    { stdout: 'EMPTY=' },
  ),
  inherited(
    'many variables and a long argument',
    shell('i=0; while [ $i -lt 120 ]; do export "V$i=$(printf %0200d 1)"; i=$((i+1)); done; exec "$@"'),
    ['sh', '-c', 'env | grep -c ^V; printf %s "$1" | wc -c', 'sh', 'x'.repeat(120_000)],
    { stdout: '120\n120000' },
  ),
  inherited('pipes in blocking mode', shell('"$@" 2>&1 | grep "^\\["'), ['python3', '-c', FLAGS], {
    stdout: '[0, 0, 0]',
  }),
  inherited(
    'a priority, a mask and a folder',
    shell('umask 027; cd /; exec nice -n 5 "$@"'),
    ['sh', '-c', 'umask; nice; pwd; ulimit -c'],
    { stdout: '0027\n5\n/' },
  ),
  inherited(
    'a scheduler and an affinity',
    ['taskset', '-c', '0', 'chrt', '-b', '0'],
    ['sh', '-c', 'taskset -pc $$ | sed "s/.*: //"; chrt -p $$ | sed "s/.*: //"'],
    { stdout: 'SCHED_BATCH' },
  ),
  inherited(
    'standard input that the program reads in part',
    shell('printf "one\\ntwo\\n" | { "$@"; cat; }'),
    ['head', '-c', '4'],
    { stdout: 'one\ntwo' },
  ),
  inherited(
    'a working directory that is gone',
    shell('mkdir gone; cd gone; rmdir ../gone; exec "$@"'),
    ['sh', '-c', 'echo started'],
    { stdout: 'started' },
  ),
  inherited('SIGCHLD ignored', shell('trap \'\' CHLD; exec "$@"'), ['sh', '-c', 'sh -c "exit 3"; exit 4'], { exit: 4 }),
  folder(
    'a working directory that the program removes',
    `import { rmdirSync, mkdirSync } from 'node:fs'; mkdirSync('inner'); process.chdir('inner'); rmdirSync('../inner'); ${A}`,
    { ways: ['run', 'register'] },
  ),
  folder(
    'a folder for temporary files that the program empties',
    `import { readdirSync, rmSync } from 'node:fs'; ${A}for (const name of readdirSync(process.env.TMPDIR)) rmSync(process.env.TMPDIR + '/' + name, { recursive: true });
${A}`,
    { stages: { a: 2 }, differs: EMPTIED },
  ),
  folder(
    'a folder for temporary files whose files the program truncates',
    `import { readdirSync, truncateSync } from 'node:fs'; ${A}for (const name of readdirSync(process.env.TMPDIR, { recursive: true })) try { truncateSync(process.env.TMPDIR + '/' + name, 0); } catch {}
for (let i = 0; i < 50; i++) profiler.stage('b' + i, () => {}); await new Promise((resolve) => setTimeout(resolve, 250)); console.log(1);`,
    { stdout: '1', stages: {}, mayTell: /./, ignores: /^tmp/, differs: TRUNCATED },
  ),
  folder(
    'a user that the program gives up',
    `process.setgid(65534); process.setuid(65534); ${A}console.log(process.getuid());`,
    { needs: ['root'], stdout: '65534', ways: ['run', 'register'] },
  ),
  folder(
    'a user that the program gives up, and a signal',
    `${A}process.setgid(65534); process.setuid(65534); ${A}process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);`,
    { needs: ['root'], exit: 'SIGTERM', stages: { a: 2 } },
  ),
  folder(
    'a stop signal, from which another process wakes the program',
    `import { spawn } from 'node:child_process'; const waker = spawn('sh', ['-c', 'sleep 0.5; kill -CONT ' + process.pid], { stdio: 'ignore' }); process.on('SIGCONT', () => console.log('woken')); ${A}process.kill(process.pid, 'SIGSTOP'); await new Promise((resolve) => waker.on('exit', resolve)); await new Promise((resolve) => setTimeout(resolve, 20)); profiler.stage('b', () => {});`,
    { stages: { a: 1, b: 1 }, stdout: 'woken', ways: ['run', 'register'] },
  ),
  {
    name: 'inherits: a terminal',
    files: {
      'main.mjs': `${OPEN}process.stdout.write([process.stdin.isTTY, process.stdout.isTTY, process.stdout.columns, process.stdout.hasColors()].join()); ${A}`,
    },
    command: ['script', '-qec', 'stty cols 71 rows 20; node main.mjs', '/dev/null'],
    stages: { a: 1 },
  },
];
