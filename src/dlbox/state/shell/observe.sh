#!/bin/sh
# `look` reads KIND<TAB>NAME lines and prints KIND<TAB>NAME<TAB>STATE, sorted; it ignores further
# fields. One process handles all names of a kind, because a box has hundreds of them.

LC_ALL=C; export LC_ALL

look() {
  items=$(cut -f 1,2 | sort -u)
  {
    for kind in file folder link; do look_paths "$kind"; done
    look_trees
    look_packages
    look_units
    look_users
    look_kernels
  } | sort
}

look_names() { printf '%s\n' "$items" | sed -n "s/^$1\t//p"; }

# States: MODE UID GID SHA256 of a file, MODE UID GID of a folder, the target of a link; absent;
# `link TARGET` where a link was not expected; or other.
look_paths() {
  # shellcheck disable=SC2016 # the inner shell's own
  found=$(look_names "$1" | xargs -r -d '\n' sh -c '
    find "$@" -maxdepth 0 -printf "found\t%p\t%y\t%m %U %G\t%l\n" 2>/dev/null' look || :)
  {
    look_names "$1" | sed 's/^/name\t/'
    printf '%s\n' "$found"
    if [ "$1" = file ]; then
      printf '%s\n' "$found" | awk -F '\t' '$3 == "f" { print $2 }' |
        xargs -r -d '\n' sha256sum -z 2>/dev/null | tr '\0' '\n' | sed 's/^\([^ ]*\)  \(.*\)/sum\t\2\t\1/'
    fi
  } | awk -F '\t' -v kind="$1" '
    $1 == "name" { names[++count] = $2 }
    $1 == "found" { type[$2] = $3; mode[$2] = $4; target[$2] = $5 }
    $1 == "sum" { sum[$2] = $3 }
    END {
      for (i = 1; i <= count; i++) {
        path = names[i]; is = type[path]
        if (is == "") state = "absent"
        else if (is == "l") state = (kind == "link" ? "" : "link ") target[path]
        else if (is == "f" && kind == "file") state = mode[path] " " sum[path]
        else if (is == "d" && kind == "folder") state = mode[path]
        else state = "other"
        print kind "\t" path "\t" state
      }
    }'
}
