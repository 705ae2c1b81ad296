#!/bin/sh
# Functions: stop the driver's services and unload its modules, and bring both back. What is to be
# brought back is in a file of /run, so that it outlives a run that is killed. `package_lines` comes
# from lib.sh.

# The next run's record keeps what a run that was cut had noted.
remember() {
  mkdir -p "${RECORD%/*}" && touch "$RECORD" || return
  {
    cat "$RECORD"
    for name in $MODULES; do
      if [ -d "/sys/module/$name" ]; then echo "module $name"; fi
    done | tac
    active | sed 's/^/unit /' | tac
  } >"$RECORD.new" && mv "$RECORD.new" "$RECORD"
}

# Without its requirements: a unit that needs one of these may be somebody's work, and stays.
stop() {
  for unit in $(active); do
    systemctl --job-mode=ignore-requirements stop "$unit.service" || return
  done
}

# rmmod, by the kernel's own names: Debian calls the files nvidia-current*, and modprobe -r takes
# along what a module stands on. It refuses while anybody uses the module.
unload() {
  for name in $MODULES; do
    [ ! -d "/sys/module/$name" ] || rmmod "$name" || return
  done
}

# A look at the cards, such as nvidia-smi of a monitor, has some seconds to end.
quiet() {
  remember && stop || return
  for _ in 1 2 3 4; do
    unload 2>/dev/null && return
    sleep 1
  done
  unload
}

mismatch() {
  loaded=$(cat /sys/module/nvidia/version 2>/dev/null) || return
  # shellcheck disable=SC2016 # dpkg-query's own variables
  installed=$(package_lines '${Version}' "$PACKAGE" | cut -s -d ' ' -f 2)
  [ -n "$installed" ] && [ "$loaded" != "${installed%-*}" ]
}

restore() {
  # Whoever wants to end this run may not keep the services down.
  trap '' HUP INT TERM PIPE
  [ -e "$RECORD" ] || return 0
  # A package's own script may have started a service, which loaded the old module again.
  if mismatch && [ -z "$(work)" ]; then quiet; fi
  sed -n 's/^module //p' "$RECORD" | while read -r name; do
    [ -d "/sys/module/$name" ] || modprobe "$name" || echo "module $name is not loaded again" >&2
  done
  sed -n 's/^unit //p' "$RECORD" | while read -r unit; do
    # The change may have taken the service away.
    [ "$(systemctl show -p LoadState --value "$unit.service")" != not-found ] || continue
    # Packages' scripts start it too, and systemd refuses the sixth start in ten seconds.
    systemctl reset-failed "$unit.service" 2>/dev/null
    systemctl start "$unit.service" || echo "$unit does not start again" >&2
  done
  rm -f "$RECORD"
  if mismatch; then
    echo "reboot pending: module $loaded is loaded, driver ${installed%-*} is installed" >&2
  fi
}
