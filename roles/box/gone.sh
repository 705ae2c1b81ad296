#!/bin/sh
# Takes away what dlbox owned on this box and is no longer asked for. Standard input: KIND<TAB>NAME;
# the arguments are files that somebody has changed since. `purge` is of purge.sh.
# shellcheck shell=sh
set -eu
export LC_ALL=C
tab=$(printf '\t')
items=$(cat)

of() { printf '%s\n' "$items" | sed -n "s/^$1$tab//p"; } # KIND

if [ -d /run/systemd/system ]; then
  for unit in $(of unit); do systemctl disable --now "$unit" 2>&1 || true; done
fi

for changed in "$@"; do
  if of file | grep -qxF "$changed" && [ -f "$changed" ]; then
    mv "$changed" "$changed.dlbox-kept"
    echo "$changed was changed since; it is $changed.dlbox-kept now"
  fi
done

of link | while IFS= read -r link; do
  case $link in
    /etc/alternatives/*) update-alternatives --quiet --remove-all "${link##*/}" 2>/dev/null || rm -f "$link" ;;
    *) if [ -L "$link" ]; then rm "$link"; fi ;;
  esac
done
of tree | while IFS= read -r tree; do if [ -L "$tree" ]; then rm "$tree"; fi; done
of file | while IFS= read -r file; do rm -f "$file"; done

# The folders that only these were in, the deepest first; those of packages stay.
{ of folder; { of file; of link; of tree; } | sed 's|/[^/]*$||'; } | sort -ru |
  while IFS= read -r folder; do
    while [ -d "$folder" ] && ! dpkg-query -S "$folder" >/dev/null 2>&1; do
      rmdir "$folder" 2>/dev/null || break
      folder=${folder%/*}
    done
  done

# shellcheck disable=SC2046 # a list of words
purge $(of package)
if of unit | grep -q . && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
if of file | grep -q '^/etc/ld.so.conf.d/'; then ldconfig; fi
if of file | grep -q '^/etc/modprobe.d/' && command -v update-initramfs >/dev/null; then
  update-initramfs -u -k all
fi
if of file | grep -q '^/usr/local/share/ca-certificates/'; then update-ca-certificates; fi
