#!/bin/sh
# Prints the identity of a box as `key value` lines. `in_container`, `kernels` and `gpus` come from lib.sh.
# shellcheck source=/dev/null
. /etc/os-release; echo "system $ID-$VERSION_ID"
echo "arch $(uname -m)"
echo "uid $(id -u)"
if [ -d /run/systemd/system ]; then echo "init systemd"; else echo "init other"; fi
if in_container; then echo "container yes"; fi
if grep -qi microsoft /proc/version 2>/dev/null; then echo "wsl yes"; fi
if [ -d /run/systemd/system ] && systemctl -q is-active display-manager 2>/dev/null; then
  echo "display yes"
fi
if [ -r /sys/module/nvidia/version ]; then echo "loaded $(cat /sys/module/nvidia/version)"; fi
echo "boot $(cat /proc/sys/kernel/random/boot_id)"
echo "clock $(date +%s)"
echo "free_kb $(df -Pk /opt 2>/dev/null | awk 'NR==2 {print $4}')"
if sudo -n true 2>/dev/null; then echo "sudo free"
elif command -v sudo >/dev/null; then echo "sudo password"; else echo "sudo none"; fi
kernels | sed 's/^/kernel /'
sed 's/^/notice /' /var/lib/dlbox/notices/* 2>/dev/null
secure=$(od -An -t u1 -j 4 -N 1 /sys/firmware/efi/efivars/SecureBoot-* 2>/dev/null | tr -d ' ')
echo "secure_boot ${secure:-0}"
gpus | sed 's/^[^ ]* /gpu 10de:/'
for device in /sys/bus/pci/devices/*; do
  read -r vendor 2>/dev/null <"$device/vendor" || continue
  read -r id <"$device/device"; read -r class <"$device/class"
  case "$vendor$class" in
    0x10de0x0300* | 0x10de0x0302*)
      case $(readlink "$device/driver") in */vfio-pci) echo "passed ${device##*/} 10de:${id#0x}" ;; esac ;;
    0x10de0x0680*) echo "bridge ${id#0x}" ;;
    0x15b30x0207*) if grep -qs SW_MNG "$device/vpd"; then echo "bridge nvlink5"; fi ;;
  esac
done
