#!/bin/sh
# Runs $1 while nothing uses the driver: services stopped, modules unloaded, both brought back.

# 75 is EX_TEMPFAIL of sysexits.h: the same may work later.
refuse() {
  echo "$1; the driver was not changed" >&2
  exit 75
}

! blind || refuse "who holds the GPU can be seen by a full root alone"
pids=$(work)
[ -z "$pids" ] || refuse "the GPU is in use by pid $(echo "$pids" | paste -sd ' ')"
# A signal to this shell alone is taken when the step in progress has ended: dpkg is not cut.
trap restore EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM
quiet || refuse "the driver's services or modules cannot be stopped"
sh -c "$1"
