#!/bin/sh
# emulate.sh QEMU ROOT MACHINE COMMAND...: runs a command in a namespace whose kernel starts programs for another processor
# by QEMU, which is static, with the libraries under ROOT. MACHINE is the low byte of e_machine of <elf.h>, such
# as \xb7. Nothing outside of the namespace sees that (binfmt_misc, Linux 6.7 and later).
set -e
QEMU=$1
MACHINE=$3
export QEMU MACHINE QEMU_LD_PREFIX="$2"
shift 3
exec unshare --user --map-root-user --mount sh -ec '
  mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
  magic="\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00$MACHINE\x00"
  mask="\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
  printf "%s" ":stageprof:M::$magic:$mask:$QEMU:PF" >/proc/sys/fs/binfmt_misc/register
  unset QEMU MACHINE
  exec "$@"' sh "$@"
