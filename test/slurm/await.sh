#!/bin/bash
# await.sh JOB [SECONDS]: wait until a job (array) has left the queue and sacct has all of it. Exits with 124 if that
# takes longer. `sbatch --wait` looks only after 2, 8, 32, 32 … seconds.
job=$1
end=$((SECONDS + ${2:-120}))
# A squeue that fails, as it does on a busy controller, says nothing about the queue.
until queued=$(squeue -h -j "$job" -t PD,R,CG,S,CF 2>&1) && [ -z "$queued" ] || [[ $queued == *"Invalid job id"* ]]; do
  [ $SECONDS -lt $end ] || exit 124
  sleep 0.2
done
# Rows reach the database one after another. Those of steps first have numbers that are replaced later.
unchanged=0
rows=
while [ $unchanged -lt 3 ]; do
  [ $SECONDS -lt $end ] || exit 124
  sleep 1
  before=$rows
  rows=$(sacct -j "$job" -nP --format=JobID,State,End,TotalCPU,MaxRSS) || rows=
  if [ -n "$rows" ] && [ "$rows" = "$before" ] && ! grep -qE '\|(RUNNING|PENDING|COMPLETING)\||\|Unknown\|' <<<"$rows"; then
    unchanged=$((unchanged + 1))
  else
    unchanged=0
  fi
done
