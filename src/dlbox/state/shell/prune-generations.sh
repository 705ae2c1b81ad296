#!/bin/sh
# `prune BYTES`: keeps as much of the older generations as fits: packages and folders of wheels. It
# removes whole generations, the oldest first. The current generation and its packages always stay.

all=/var/lib/dlbox/generations

numbers() { find $all -maxdepth 1 -type d -regex '.*/[0-9]+' -printf '%f\n' 2>/dev/null | sort -n; }

prune() {
  now=$(readlink /var/lib/dlbox/current | sed 's|.*/||')
  for old in $(numbers); do
    [ "$old" != "$now" ] || continue
    [ "$1" = 0 ] || [ "$(surplus)" -gt "$1" ] || break
    remove "$all/$old"
  done
  sweep
  if [ "$1" = 0 ]; then rm -f /var/cache/dlbox/debs/*.deb; fi
}

# Removes a folder under another name: what is left of it when the power goes must not pass for it.
remove() { # FOLDER
  rm -rf "$1.old"
  mv "$1" "$1.old"
  rm -rf "$1.old"
}

# Prints the numbers of the generations that have these parts: one may be there by half.
having() { # PART...
  for number in $(numbers); do
    for part in "$@"; do [ -e "$all/$number/$part" ] || continue 2; done
    echo "$number"
  done
}

# Bytes that the current generation does not need.
surplus() {
  {
    wanted_by "$all"/[0-9]* | sort -u
    # Printed twice, so that `uniq -u` drops them.
    wanted_by "$all/$now" | sort -u
    wanted_by "$all/$now" | sort -u
  } | sort | uniq -u | tr '\n' '\0' | du -scb --files0-from=- 2>/dev/null | tail -n 1 | cut -f 1 |
    grep . || echo 0
}

# Prints the files of the store and the folders of wheels that generations need.
wanted_by() { # FOLDER...
  for generation in "$@"; do
    if [ -e "$generation/packages" ]; then
      sed -n 's|.* \([^ -][^ ]*\)$|/var/cache/dlbox/debs/\1|p' "$generation/packages"
    fi
    if [ -e "$generation/folders" ]; then cat "$generation/folders"; fi
  done
}

# Removes what no generation needs any more.
sweep() {
  kept=$(wanted_by "$all"/[0-9]*)
  for path in /var/cache/dlbox/debs/*.deb /opt/dlbox/trees/*; do
    [ -e "$path" ] || continue
    if printf '%s\n' "$kept" | grep -qxF "$path"; then continue; fi
    if [ -d "$path" ]; then remove "$path"; else rm -f "$path"; fi
  done
}
