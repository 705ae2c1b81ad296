#!/bin/sh
# Removes what dlbox owned on this box and its settings no longer ask for. Standard input:
# KIND<TAB>NAME lines, with the kind `still` for folders that stay, and `left` before what goes only
# together with the driver. The arguments are files that were changed since `up`. `purge`, `forget`,
# `say` and `said` come from purge-packages.sh.
# shellcheck shell=sh disable=SC2154 # $said
set -eu
umask 022
export LC_ALL=C
tab=$(printf '\t')
items=$(cat)
: >"$said"

of() { printf '%s\n' "$items" | sed -n "s/^$1$tab//p"; } # KIND

if [ -d /run/systemd/system ]; then
  for unit in $(of unit); do systemctl disable --now "$unit" 2>&1 || true; done
fi

for changed in "$@"; do
  if of file | grep -qxF "$changed" && [ -f "$changed" ]; then
    kept=$changed.dlbox-kept number=1
    # One that was kept before is somebody's work too.
    while [ -e "$kept" ]; do number=$((number + 1)); kept=$changed.$number.dlbox-kept; done
    mv "$changed" "$kept"
    say "$changed was changed since; it is $kept now"
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

# Packages list the folders that they own, but base-files and ca-certificates make some that they do
# not list.
theirs="bin etc games include lib sbin share share/ca-certificates share/man src"

stays() { # FOLDER
  case $1 in
    /usr/local/*) case " $theirs " in *" ${1#/usr/local/} "*) return 0 ;; esac ;;
  esac
  of still | grep -qxF "$1" || dpkg-query -S "$1" >/dev/null 2>&1
}

# Remove the folders that only these things were in, the deepest first.
{ of folder; { of file; of link; of tree; } | sed 's|/[^/]*$||'; } | sort -ru |
  while IFS= read -r folder; do
    while [ -d "$folder" ] && ! stays "$folder"; do
      rmdir "$folder" 2>/dev/null || break
      folder=${folder%/*}
    done
  done

# shellcheck disable=SC2046 # a list of words
purge $(of package)
forget
if of unit | grep -q . && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
if of file | grep -q '^/etc/ld.so.conf.d/'; then ldconfig; fi
if of file | grep -q '^/etc/modprobe.d/' && command -v update-initramfs >/dev/null; then
  update-initramfs -u -k all
fi
if of file | grep -q '^/usr/local/share/ca-certificates/'; then update-ca-certificates; fi

# The next look reads this file with the record, so that a later run removes what it lists. What it
# has listed until now may be declared nowhere else, so it is replaced only here.
left=/var/lib/dlbox/left
of left >$left.new
if [ -s $left.new ]; then mv $left.new $left; else rm -f $left.new $left; fi
