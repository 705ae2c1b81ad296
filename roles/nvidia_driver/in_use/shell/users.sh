#!/bin/sh
# Functions: which processes hold the GPU, and which of them are services that may be stopped.

# Pids that have a node of the driver open, or mapped with its descriptor closed again. printf is
# the shell's own, so that no number of processes is too long a command line.
holding() {
  {
    printf '%s\0' /proc/[0-9]*/fd |
      xargs -0 sh -c 'exec find "$@" -maxdepth 1 -lname "/dev/nvidia*"' find 2>/dev/null
    printf '%s\0' /proc/[0-9]*/maps | xargs -0 grep -ls ' /dev/nvidia'
  } | cut -d / -f 3 | sort -nu
}

# Without CAP_SYS_PTRACE, as in a container, nobody sees what other users have open.
blind() {
  caps=$(sed -n 's/^CapEff:[[:space:]]*/0x/p' /proc/self/status)
  [ $((caps >> 19 & 1)) -eq 0 ]
}

# The control group of a process, where systemd or a container engine put it.
group_of() {
  found=
  while IFS= read -r line; do
    case $line in
      *:name=systemd:*) found=${line#*:name=systemd:} && break ;;
      0::*) found=${line#0::} ;;
    esac
  done 2>/dev/null <"/proc/$1/cgroup" || return
  # A box that is a container itself has its own group above all of them.
  found=${found#"$base"}
  echo "${found:-/}"
}
base=
base=$(group_of 1)
base=${base%/init.scope}
base=${base%/}

# Services that run, in the order in which they are to be stopped.
active() {
  [ -d /run/systemd/system ] || return 0
  # shellcheck disable=SC2046,SC2086 # one word each: a state per unit
  set -- $(systemctl is-active $SERVICES)
  for unit in $SERVICES; do
    case $1 in active | reloading | activating) echo "$unit" ;; esac
    shift
  done
}

# The service among $2 that a control group belongs to. A person's own unit of the same name lies
# below user.slice, and is a person's work.
service_of() {
  for unit in $2; do
    case $1/ in /system.slice/"$unit".service/*) echo "$unit" ;; esac
  done
}

# "PID SERVICE GROUP" of every holder; the service of work is "-".
holders() {
  running=$(active)
  for pid in $(holding); do
    # One that has ended in between has none.
    group=$(group_of "$pid") || continue
    service=$(service_of "$group" "$running")
    echo "$pid ${service:--} $group"
  done
}

work() {
  holders | while read -r pid service _; do
    if [ "$service" = - ]; then echo "$pid"; fi
  done
}

# One line about each process, which no command line of another person can break.
describe() {
  pids=$(echo "$@" | tr ' ' ,)
  LC_ALL=C ps -ww -o pid=,etimes=,user:32=,args= -p "$pids" | LC_ALL=C tr -c '\n -~' '?'
}
