#!/bin/sh
# Part of observe.sh: states of packages, units, users, and kernels with their modules. `in_container`,
# `kernels`, `module_version` and `installed_version` come from lib.sh.

# States: VERSION STATUS, the latter in dpkg's letters; or absent.
look_packages() {
  names=$(look_names package)
  [ -n "$names" ] || return 0
  {
    printf '%s\n' "$names" | sed 's/^/name\t/'
    # shellcheck disable=SC2016 # dpkg-query's own variables
    dpkg-query -W -f '${binary:Package}\t${Version}\t${db:Status-Abbrev}\n' | sed 's/:amd64\t/\t/; s/ *$//'
  } | awk -F '\t' '
    $1 == "name" { names[++count] = $2; next }
    $2 != "" { state[$1] = $2 " " $3 }
    END {
      for (i = 1; i <= count; i++)
        print "package\t" names[i] "\t" (names[i] in state ? state[names[i]] : "absent")
    }'
}

# States: ENABLED ACTIVE in systemd's words; - where systemd has no word.
look_units() {
  names=$(look_names unit)
  [ -n "$names" ] || return 0
  units=$(printf '%s\n' "$names" | sed '/\.[a-z]*$/!s/$/.service/')
  active=
  if [ -d /run/systemd/system ]; then
    # Wait for units that are about to start or to stop.
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      active=$(printf '%s\n' "$units" | xargs -d '\n' systemctl is-active || :)
      case $active in *activating* | *reloading*) sleep 0.4 ;; *) break ;; esac
    done
  fi
  {
    printf '%s\n' "$names" | sed 's/^/name\t/'
    printf '%s\n' "$units" | sed 's/^/unit\t/'
    printf '%s\n' "$active" | sed 's/^/active\t/'
    # list-unit-files reads the disk; `systemctl show` prints what the manager last read.
    printf '%s\n' "$units" | xargs -d '\n' systemctl list-unit-files --no-legend --no-pager 2>/dev/null |
      awk '{ print "file\t" $1 "\t" $2 }'
  } | awk -F '\t' '
    $1 == "name" { names[++count] = $2 }
    $1 == "unit" { unit[++units] = $2 }
    $1 == "active" { active[++actives] = $2 }
    $1 == "file" { file[$2] = $3 }
    END {
      for (i = 1; i <= count; i++) {
        enabled = (unit[i] in file) ? file[unit[i]] : "-"
        print "unit\t" names[i] "\t" enabled " " (active[i] == "" ? "-" : active[i])
      }
    }'
}

# States: UID SHELL HOME GROUPS PASSWORD, the last as the status letter of `passwd -S`; or absent.
look_users() {
  look_names user | while IFS= read -r user; do
    entry=$(getent passwd "$user" | awk -F : '{ print $3, $7, $6 }')
    if [ -n "$entry" ]; then
      groups=$(id -nG "$user" | tr ' ' '\n' | sort | paste -s -d , -)
      entry="$entry $groups $(passwd -S "$user" 2>/dev/null | cut -d ' ' -f 2)"
    fi
    printf 'user\t%s\t%s\n' "$user" "${entry:-absent}"
  done
}

# States: a version, or none. The state of `modules` is KERNEL VERSION of every kernel, separated by
# commas.
look_kernels() {
  look_names kernel | while IFS= read -r name; do
    case $name in
      running) state=$(look_own_kernel uname -r || :) ;;
      module-loaded) state=$(look_own_kernel cat /sys/module/nvidia/version || :) ;;
      driver-user-space) state=$(installed_version "$(cat /etc/dlbox/driver-package)") ;;
      modules) state=$(look_modules | paste -s -d , -) ;;
      *) state= ;;
    esac 2>/dev/null
    printf 'kernel\t%s\t%s\n' "$name" "${state:-none}"
  done
}

# A container shares the kernel of its host.
look_own_kernel() { if in_container; then echo container; else "$@"; fi; }

look_modules() {
  kernels | tac | while IFS= read -r kernel; do
    version=$(module_version "$kernel" || :)
    echo "$kernel ${version:-none}"
  done
}
