#!/bin/sh
# What a box says about its boot; prints lines of `key value`. $1: the package with libcuda.so.1. The
# functions come from lib.sh.
echo "boot $(cat /proc/sys/kernel/random/boot_id)"
echo "running $(uname -r)"
echo "system $(systemctl is-system-running 2>/dev/null)"
if in_container; then echo "container yes"; fi
installed_version "$1" | sed 's/^/installed /'
if [ -d /var/lib/dlbox/staged ]; then echo "staged yes"; fi
sed 's/^/loaded /' /sys/module/nvidia/version 2>/dev/null
for module in nouveau nova_core; do if [ -e /sys/module/$module/refcnt ]; then echo "other $module"; fi; done
gpus | sed 's/^\([^ ]*\) .*/gpu \1/'
for kernel in $(kernels | tac); do
  echo "kernel $kernel"
  module_version "$kernel" | sed "s/^/module $kernel /"
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
