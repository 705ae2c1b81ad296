#!/bin/sh
# Removes what dlbox keeps for itself, on a box that has nothing else of dlbox any more. Files that
# a person changed (*.dlbox-kept) and files that were moved out of a driver's way (adopted) belong
# to people. purge, ours and taken_with are defined in purge-packages.sh.
set -eu
export LC_ALL=C
keep=/etc/apt/apt.conf.d/52dlbox-kernel
grub=/etc/default/grub.d/dlbox-kernel.cfg
# The kernel guard's mark that grub.cfg is to be made again; it goes with the folder that it is in.
stale=/var/lib/dlbox/grub-stale

# apt suggests dpkg-dev, and so a plain autoremove keeps a compiler that nobody asked for.
# shellcheck disable=SC2046 # a list of words
mkdir -p /var/lib/dlbox && purge $(taken_with -o APT::AutoRemove::SuggestsImportant=false autoremove --purge | ours)

# Needed only where the kernel guard had no chance to do it itself.
rm -f "$keep"
if [ -e "$grub" ]; then
  : >"$stale"
  rm -f "$grub"
fi
if [ -e "$stale" ] && command -v update-grub >/dev/null; then update-grub; fi
# A link into a folder that no longer has its file stays otherwise. Before the folders go: without
# them there is no next run, which would make up for one that failed here.
if [ -L /etc/ssl/certs/dlbox.pem ]; then update-ca-certificates --fresh; fi
rm -f /var/lib/apt/lists/dlbox-refreshed
rm -rf /run/dlbox /run/dlbox-*
# What is mounted there is somebody's own.
rm -rf --one-file-system /var/cache/dlbox 2>/dev/null || true
for folder in /opt/dlbox /etc/dlbox; do
  [ -d "$folder" ] || continue
  find "$folder" -depth ! -name '*.dlbox-kept' ! -type d -delete
  find "$folder" -depth -type d -empty -delete
done
if [ -d /var/lib/dlbox ]; then
  find /var/lib/dlbox -mindepth 1 -maxdepth 1 ! -name adopted -exec rm -rf {} +
  rmdir /var/lib/dlbox 2>/dev/null || true
fi
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl reset-failed 'nvidia-*' 'dlbox-*' 2>/dev/null || true
fi
