#!/bin/bash
# up.sh: bring up, or leave up, a real Slurm of one node with accounting, on loopback, without systemd. Needs root.
#   LAB         folder of everything that it and the daemons make; not below a folder that others may write to
#   PORT        port of slurmctld; slurmd and slurmdbd have the next two
#   CPUS        how many tasks run at once; may be more than the machine has
#   KILL_WAIT   seconds from SIGTERM to SIGKILL
#   PROCTRACK   linuxproc, pgid or cgroup
#   EXTRA_CONF  more lines of slurm.conf, such as JobAcctGatherParams=OverMemoryKill
#   INSTALL     1 installs what is missing with apt-get
# A changed configuration restarts the daemons. Afterwards: . $LAB/env.sh; sbatch …
set -euo pipefail
LAB=${LAB:-/tmp/stageprof-slurm}
PORT=${PORT:-16817}
CPUS=${CPUS:-$(nproc)}
KILL_WAIT=${KILL_WAIT:-5}
PROCTRACK=${PROCTRACK:-linuxproc}
EXTRA_CONF=${EXTRA_CONF:-}
INSTALL=${INSTALL:-1}
CLUSTER=lab
PACKAGES="slurmctld slurmd slurmdbd slurm-client munge mariadb-server-core mariadb-client-core"
PATH=/usr/sbin:/usr/bin:/sbin:/bin

say() { printf 'up.sh: %s\n' "$*" >&2; }
# The last line says what was wrong, since a caller may show only that line.
die() {
  local log
  for log in "$LAB"/log/*; do [ ! -s "$log" ] || { echo "== $log"; tail -n 15 "$log"; } >&2; done
  say "$*"
  exit 1
}
[ "$(id -u)" = 0 ] || die "must be root: slurmd starts jobs as their users"

mkdir -p "$LAB"
chmod 755 "$LAB"
# All that is started here has this descriptor closed, or a daemon would hold the lock for ever.
exec 9>"$LAB/lock"
flock -w 60 9 || die "another up.sh or down.sh holds $LAB/lock"

missing=
for package in $PACKAGES; do
  dpkg-query -Wf '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
if [ -n "$missing" ]; then
  [ "$INSTALL" = 1 ] || die "packages are missing:$missing"
  command -v apt-get >/dev/null || die "packages are missing, and there is no apt-get:$missing"
  say "installing$missing"
  # Keeps the installation from starting daemons of the machine.
  policy=
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    policy=made
  fi
  apt-get update -qq 9>&- || true
  installed=0
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >"$LAB/apt.log" 2>&1 9>&- ||
    installed=$?
  [ -z "$policy" ] || rm -f /usr/sbin/policy-rc.d
  [ $installed = 0 ] || { tail -n 20 "$LAB/apt.log" >&2; die "apt-get cannot install$missing"; }
fi

mkdir -p "$LAB"/{etc,log,run,state,spool,munge,mysql}
chmod 755 "$LAB"/{etc,log,run,spool,munge}
chmod 700 "$LAB"/{state,mysql}

# The daemons listen at the address of their host name. If that is not 127.*, they get a UTS namespace in which the host
# is called localhost; jobs see that name too.
namespace=
host=$(uname -n)
listening=CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
case $(timeout 5 getent ahostsv4 "$host" 2>/dev/null | awk 'NR==1{print $1}') in
  127.*) ;;
  *)
    if unshare --uts hostname localhost 2>/dev/null; then
      namespace=uts
      host=localhost
    else
      listening=
      say "listening on every address: the host name is not on loopback, and there are no UTS namespaces"
    fi
    ;;
esac
host=${host%%.*}
start() {
  if [ "$namespace" = uts ]; then unshare --uts sh -c 'hostname localhost; exec "$@"' - "$@"; else "$@"; fi
}

export SLURM_CONF=$LAB/etc/slurm.conf
memory_mib=$(($(awk '/^MemTotal/{print $2}' /proc/meminfo) / 1024 * 9 / 10))
override=
[ "$CPUS" -le "$(getconf _NPROCESSORS_ONLN)" ] || override=SlurmdParameters=config_overrides
configuration() { cat "$LAB"/etc/{slurm,slurmdbd,cgroup}.conf 2>/dev/null || true; }
before=$(configuration | cksum)

[ -s "$LAB/munge/munge.key" ] || mungekey -c -k "$LAB/munge/munge.key"
chmod 600 "$LAB/munge/munge.key"

# slurmdbd does not get AuthInfo but AccountingStoragePass, which here is the path of munge's socket.
cat >"$LAB/etc/slurm.conf" <<E
ClusterName=$CLUSTER
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort=$PORT
SlurmdPort=$((PORT + 1))
$listening
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$LAB/munge/munge.socket
StateSaveLocation=$LAB/state
SlurmdSpoolDir=$LAB/spool
SlurmctldPidFile=$LAB/run/slurmctld.pid
SlurmdPidFile=$LAB/run/slurmd.pid
SlurmctldLogFile=$LAB/log/slurmctld.log
SlurmdLogFile=$LAB/log/slurmd.log
SlurmctldDebug=info
SlurmdDebug=info
ProctrackType=proctrack/$PROCTRACK
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=$((PORT + 2))
AccountingStoragePass=$LAB/munge/munge.socket
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
DefMemPerCPU=256
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0,sched_min_interval=0
ReturnToService=2
KillWait=$KILL_WAIT
UnkillableStepTimeout=60
CompleteWait=0
SlurmdTimeout=60
SlurmctldTimeout=60
MailProg=/bin/true
NodeName=$host NodeHostname=$host NodeAddr=127.0.0.1 CPUs=$CPUS RealMemory=$memory_mib State=UNKNOWN
$override
$EXTRA_CONF
PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE DefaultTime=10 OverSubscribe=NO State=UP
E

# Slurm reads this only if something in it is configured.
version=v1
[ "$(stat -fc %T /sys/fs/cgroup 2>/dev/null)" != cgroup2fs ] || version=v2
printf 'CgroupPlugin=cgroup/%s\nCgroupMountpoint=/sys/fs/cgroup\nCgroupAutomount=no\n' $version >"$LAB/etc/cgroup.conf"

(
  umask 077
  cat >"$LAB/etc/slurmdbd.conf" <<E
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort=$((PORT + 2))
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$LAB/munge/munge.socket
PidFile=$LAB/run/slurmdbd.pid
LogFile=$LAB/log/slurmdbd.log
DebugLevel=info
$listening
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=slurm
StoragePass=slurm
StorageLoc=slurm_acct_db
E
)
echo "export SLURM_CONF=$LAB/etc/slurm.conf" >"$LAB/env.sh"

if [ "$before" != "$(configuration | cksum)" ] && ls "$LAB"/run/*.pid >/dev/null 2>&1; then
  say "restarting, the configuration has changed"
  HOLDS_LOCK=1 LAB=$LAB bash "$(dirname "$(readlink -f "$0")")/down.sh" 9>&-
fi

alive() { # pid file, program
  local pid
  pid=$(cat "$1" 2>/dev/null) || return 1
  [ -n "$pid" ] && [ "$(readlink -f "/proc/$pid/exe" 2>/dev/null)" = "$(readlink -f "$(command -v "$2")")" ]
}
await() { # seconds, what, command…
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until timeout 10 "$@" >"$LAB/log/await.out" 2>&1 9>&-; do
    [ $SECONDS -lt $end ] || die "$what is not ready: $(tail -n 3 "$LAB/log/await.out")"
    sleep 0.05
  done
}

if ! alive "$LAB/run/munged.pid" munged; then
  rm -f "$LAB/run/munged.pid" "$LAB"/munge/munge.socket*
  start munged --socket="$LAB/munge/munge.socket" --key-file="$LAB/munge/munge.key" \
    --log-file="$LAB/log/munged.log" --pid-file="$LAB/run/munged.pid" --seed-file="$LAB/munge/munged.seed" 9>&- ||
    die "munged does not start"
fi
await 10 munged sh -c "munge -S $LAB/munge/munge.socket -n | unmunge -S $LAB/munge/munge.socket"

socket=$LAB/run/mysqld.sock
if ! alive "$LAB/run/mariadbd.pid" mariadbd; then
  rm -f "$LAB/run/mariadbd.pid" "$socket"
  if [ ! -f "$LAB/mysql/.installed" ]; then
    rm -rf "$LAB/mysql"
    mkdir -m 700 "$LAB/mysql"
    mariadb-install-db --no-defaults --datadir="$LAB/mysql" --user=root --auth-root-authentication-method=normal \
      --skip-test-db --innodb-log-file-size=16M >"$LAB/log/install-db.log" 2>&1 9>&- || die "mariadb-install-db fails"
    touch "$LAB/mysql/.installed"
  fi
  cat >"$LAB/etc/init.sql" <<E
CREATE DATABASE IF NOT EXISTS slurm_acct_db;
CREATE USER IF NOT EXISTS 'slurm'@'localhost' IDENTIFIED BY 'slurm';
GRANT ALL ON slurm_acct_db.* TO 'slurm'@'localhost';
E
  setsid mariadbd --no-defaults --user=root --datadir="$LAB/mysql" --socket="$socket" --skip-networking --skip-log-bin \
    --pid-file="$LAB/run/mariadbd.pid" --init-file="$LAB/etc/init.sql" --innodb-buffer-pool-size=64M \
    --innodb-log-file-size=16M --innodb-flush-log-at-trx-commit=0 --innodb-flush-method=nosync \
    --innodb-lock-wait-timeout=900 --performance-schema=OFF </dev/null >"$LAB/log/mariadbd.log" 2>&1 9>&- &
fi
await 30 mariadbd mariadb --no-defaults -S "$socket" -uslurm -pslurm -e 'select 1' slurm_acct_db

if ! alive "$LAB/run/slurmdbd.pid" slurmdbd; then
  rm -f "$LAB/run/slurmdbd.pid"
  MYSQL_UNIX_PORT=$socket start slurmdbd </dev/null >>"$LAB/log/slurmdbd.out" 2>&1 9>&- || die "slurmdbd does not start"
fi
await 30 slurmdbd sacctmgr -nP show cluster
sacctmgr -nP show cluster format=cluster | grep -qx "$CLUSTER" ||
  sacctmgr -i add cluster "$CLUSTER" >"$LAB/log/sacctmgr.log" 2>&1 || die "sacctmgr cannot add the cluster"

if ! alive "$LAB/run/slurmctld.pid" slurmctld; then
  rm -f "$LAB/run/slurmctld.pid"
  start slurmctld </dev/null >>"$LAB/log/slurmctld.out" 2>&1 9>&- || die "slurmctld does not start"
fi
await 30 slurmctld scontrol ping

if ! alive "$LAB/run/slurmd.pid" slurmd; then
  rm -f "$LAB/run/slurmd.pid"
  start slurmd </dev/null >>"$LAB/log/slurmd.out" 2>&1 9>&- || die "slurmd does not start"
fi
await 30 "the node" sh -c 'sinfo -h -o %T | grep -qxE "idle|mixed|allocated"'
say "up, for . $LAB/env.sh"
