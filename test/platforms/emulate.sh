#!/bin/sh
# emulate.sh QEMU ROOT COMMAND...: runs a command in a namespace whose kernel starts programs for arm64 by QEMU, which is
# static, with the libraries under ROOT. Nothing outside of the namespace sees that (binfmt_misc, Linux 6.7 and later).
set -e
QEMU=$1
export QEMU QEMU_LD_PREFIX="$2"
shift 2
exec unshare --user --map-root-user --mount sh -ec '
  mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
  magic="\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
  mask="\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
  printf "%s" ":stageprof-arm64:M::$magic:$mask:$QEMU:PF" >/proc/sys/fs/binfmt_misc/register
  unset QEMU
  exec "$@"' sh "$@"
