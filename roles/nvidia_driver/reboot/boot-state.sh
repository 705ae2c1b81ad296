#!/bin/sh
# What a box says about its boot; prints lines of `key value`. $1: the package with libcuda.so.1.
echo "boot $(cat /proc/sys/kernel/random/boot_id)"
echo "running $(uname -r)"
echo "system $(systemctl is-system-running 2>/dev/null)"
if [ -e /run/systemd/container ]; then echo "container yes"; fi
dpkg-query -W -f '${db:Status-Abbrev}${Version}\n' "$1" 2>/dev/null |
  sed -n 's/^.i */installed /p'
if [ -d /var/lib/dlbox/staged ]; then echo "staged yes"; fi
sed 's/^/loaded /' /sys/module/nvidia/version 2>/dev/null
for module in nouveau nova_core; do if [ -e /sys/module/$module/refcnt ]; then echo "other $module"; fi; done
for device in /sys/bus/pci/devices/*; do
  [ -r "$device/class" ] || continue
  read -r vendor <"$device/vendor"
  read -r class <"$device/class"
  case "$vendor$class" in 0x10de0x03*) echo "gpu ${device##*/}" ;; esac
done
for kernel in $(find /boot -maxdepth 1 -name 'vmlinuz-*' 2>/dev/null | sort -V); do
  kernel=${kernel#/boot/vmlinuz-}
  echo "kernel $kernel"
  # updates first, as depmod does. Debian calls the module nvidia-current(-open).
  find "/lib/modules/$kernel/updates" "/lib/modules/$kernel" -name 'nvidia*.ko*' 2>/dev/null |
    grep -v -e -drm -e -modeset -e -peermem -e -uvm -e -wmi |
    while read -r module; do modinfo -F version "$module"; done |
    sed -n "1s/^/module $kernel /p"
done
sed -n 's/^[[:space:]]*\(\(menuentry\|submenu\|linux\|set default=\|}\).*\)/grub \1/p' \
  /boot/grub/grub.cfg 2>/dev/null
grub-editenv /boot/grub/grubenv list 2>/dev/null | sed 's/^/grubenv /'
echo "own $(sed -n 's|.*/session-\([^/]*\)\.scope.*|\1|p' /proc/self/cgroup | head -n 1)"
for id in $(loginctl list-sessions --no-legend 2>/dev/null | awk '{print $1}'); do
  echo "session" "$(loginctl show-session "$id" -p Id -p Name -p Class -p Remote -p RemoteHost -p TTY |
    tr '\n' ' ')"
done
who 2>/dev/null | sed 's/^/who /'
login1=org.freedesktop.login1
inhibitors=$(busctl --json=short call $login1 /org/freedesktop/login1 $login1.Manager ListInhibitors 2>/dev/null)
echo "inhibitors $inhibitors"
sed 's/^/intent /' /var/lib/dlbox/reboot 2>/dev/null
exit 0
