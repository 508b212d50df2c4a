#!/bin/bash
# down.sh [--wipe]: cancel the jobs, and stop what up.sh has started in LAB, by the pid files and in reverse order.
# --wipe removes the folder too. Needs root.
set -uo pipefail
LAB=${LAB:-/tmp/stageprof-slurm}
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export SLURM_CONF=$LAB/etc/slurm.conf

say() { printf 'down.sh: %s\n' "$*" >&2; }
[ -d "$LAB" ] || exit 0
if [ -z "${HOLDS_LOCK:-}" ]; then
  exec 9>"$LAB/lock"
  flock -w 60 9 || { say "another up.sh or down.sh holds $LAB/lock"; exit 1; }
fi

running() { # pid file, program: its pid, if it is alive and that program
  local pid
  pid=$(cat "$1" 2>/dev/null) || return 1
  [ -n "$pid" ] || return 1
  [ "$(readlink -f "/proc/$pid/exe" 2>/dev/null)" = "$(readlink -f "$(command -v "$2")")" ] && echo "$pid"
}

# slurmstepd and its tasks outlive slurmd, so the jobs are cancelled first.
if running "$LAB/run/slurmctld.pid" slurmctld >/dev/null && [ -n "$(squeue -h 2>/dev/null)" ]; then
  squeue -h -o %A | sort -u | xargs -r scancel
  for _ in $(seq 200); do
    [ -n "$(squeue -h 2>/dev/null)" ] || break
    sleep 0.1
  done
fi

status=0
for program in slurmd slurmctld slurmdbd mariadbd munged; do
  file=$LAB/run/$program.pid
  if pid=$(running "$file" "$program"); then
    kill -TERM "$pid"
    # A zombie has no readable link and counts as ended, since process 1 may reap it late.
    for _ in $(seq 400); do
      readlink "/proc/$pid/exe" >/dev/null || break
      sleep 0.05
    done
    if readlink "/proc/$pid/exe" >/dev/null; then
      say "$program ($pid) did not end on SIGTERM: killed"
      kill -KILL "$pid"
      status=1
    fi
  fi
  rm -f "$file"
done

# Under proctrack/linuxproc a task whose parent died outlives its job. Only jobs of this lab have both variables.
left_behind() {
  local file pid
  for file in /proc/[0-9]*/environ; do
    pid=${file#/proc/}
    pid=${pid%/environ}
    [ "$pid" != $$ ] || continue
    tr '\0' '\n' <"$file" 2>/dev/null | grep -qxF "SLURM_CONF=$SLURM_CONF" || continue
    tr '\0' '\n' <"$file" 2>/dev/null | grep -q '^SLURM_TASK_PID=' && echo "$pid"
  done
}
left=$(left_behind 2>/dev/null)
if [ -n "$left" ]; then
  say "ending processes that their jobs left behind:" $left
  kill -TERM $left 2>/dev/null
  sleep 1
  left=$(left_behind 2>/dev/null)
  [ -z "$left" ] || kill -KILL $left 2>/dev/null
fi
[ "${1:-}" != --wipe ] || rm -rf "$LAB"
exit $status
