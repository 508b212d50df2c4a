#!/bin/bash
# await.sh JOB [SECONDS]: wait until a job (array) has left the queue and sacct has the end of every step; 124 when that
# takes longer. `sbatch --wait` looks only after 2, 8, 32, 32 … seconds.
job=$1
end=$((SECONDS + ${2:-120}))
while [ -n "$(squeue -h -j "$job" -t PD,R,CG,S,CF 2>/dev/null)" ]; do
  [ $SECONDS -lt $end ] || exit 124
  sleep 0.2
done
until states=$(sacct -j "$job" -nP --format=State,End) && [ -n "$states" ] &&
  ! grep -qE '^(RUNNING|PENDING|COMPLETING)|\|Unknown$' <<<"$states"; do
  [ $SECONDS -lt $end ] || exit 124
  sleep 0.2
done
