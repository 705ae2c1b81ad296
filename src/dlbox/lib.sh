#!/bin/sh
# Functions: what several of dlbox's shell programs ask of a box. Programs that lie on a box read this
# file with `.`; scripts that are sent as text begin with it.

# The packages by which a driver is known, as extended regular expressions: its modules, and its
# libcuda.so.1.
# shellcheck disable=SC2034 # those who read this file use them
MODULE_PACKAGES='nvidia-(open-)?(kernel-)?(open-)?dkms[^ ]*'
# shellcheck disable=SC2034
CUDA_PACKAGES='libcuda1|libnvidia-compute(-[0-9]+)?'

# Whether this box shares the kernel of its host.
in_container() { [ -e /run/systemd/container ] || [ -e /run/.containerenv ] || [ -e /.dockerenv ]; }

# Prints the PCI address and the device id of each card of NVIDIA's: display controllers of the two
# classes that its driver takes.
gpus() { # [SYSFS]
  [ $# -gt 0 ] || set -- /sys
  for device in "$1"/bus/pci/devices/*; do
    {
      read -r vendor <"$device/vendor" && read -r class <"$device/class" && read -r id <"$device/device"
    } 2>/dev/null || continue
    case $vendor$class in 0x10de0x0300* | 0x10de0x0302*) ;; *) continue ;; esac
    # A card of a virtual machine: another driver has it.
    case $(readlink "$device/driver") in */vfio-pci) continue ;; esac
    echo "${device##*/} ${id#0x}"
  done
}

# Prints the installed kernels, the newest first; a container has none.
kernels() {
  find /boot -maxdepth 1 -name 'vmlinuz-*' -printf '%f\n' 2>/dev/null | sed 's/^vmlinuz-//' | sort -rV
}

# Prints the files of the driver's module for a kernel; as for depmod, those in updates come first.
# Debian calls the module nvidia-current(-open).
driver_modules() { # KERNEL
  find "/lib/modules/$1" \( -name 'nvidia.ko*' -o -name 'nvidia-current.ko*' \
    -o -name 'nvidia-current-open.ko*' \) 2>/dev/null | awk -v updates="/lib/modules/$1/updates/" '
    index($0, updates) == 1 { print; next }
    { others = others $0 "\n" }
    END { printf "%s", others }'
}

# Prints the version of the module that a kernel loads.
module_version() { # KERNEL
  driver_modules "$1" | head -n 1 | xargs -r -d '\n' modinfo -F version
}

# Prints NAME and FORMAT of exactly these packages: to dpkg-query a name alone is that of every
# architecture, to apt and to dlbox it is that of the box's own.
package_lines() { # FORMAT NAME...
  package_format="\${Package}:\${Architecture} $1\n"
  shift
  [ $# -gt 0 ] || return 0
  dpkg-query -W -f "$package_format" "$@" 2>/dev/null | sed -E 's/^([^ :]*):(amd64|all) /\1 /; s/ +$//' | awk '
    BEGIN { for (i = 1; i < ARGC; i++) wanted[ARGV[i]]; ARGC = 1 }
    $1 in wanted' "$@"
}

# Prints the version of a package that is installed.
installed_version() { # NAME
  # shellcheck disable=SC2016 # dpkg-query's own variables
  package_lines '${db:Status-Abbrev} ${Version}' "$1" | sed -n 's/^[^ ]* .i  *//p'
}

# Runs a function in a program with `set -e`, which goes on where it fails; that is noted in `failed`.
# `set -e` does not hold in what an `if` or `||` looks at, so it is looked at from outside.
attempt() { # FUNCTION [WORD...]
  set +e
  (set -e && "$@")
  attempted=$?
  set -e
  [ "$attempted" = 0 ] || failed="${failed-} $1"
}
