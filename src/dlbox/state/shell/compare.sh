#!/bin/sh
# Compares what observe.sh sees now with the record; prints `key value` lines.

compare() { # [FOLDER]
  home=${1:-/var/lib/dlbox}
  # What an earlier run left over stays declared until it can be removed. What an interrupted run
  # was to bring is declared too.
  for part in left begun current/wanted; do
    if [ -e "$home/$part" ]; then sed 's/^/declared /' "$home/$part"; fi
  done
  [ ! -s "$home/current/seen" ] || { cd "$home/current" && compare_seen; }
  # Printed last, so that output which was cut short does not count as a record.
  if [ -e "$home/begun" ]; then echo 'recorded begun'; fi
  [ ! -s "$home/current/seen" ] || head_of "$home/current"
}

# A record of dlbox 0.1 has no cards in its head, but those of its stack.
head_of() { # GENERATION
  sed -n 's/^\(pending\|card\) /recorded &/p' "$1/head"
  grep -q '^card ' "$1/head" || [ ! -e "$1/applied.yaml" ] ||
    awk '/^stack:/ { on = 1 } on && /^  [a-z]/ { cards = /^  cards:/ }
      cards && $1 == "-" && $2 == "id:" { print "recorded card " $3 }' "$1/applied.yaml"
  sed -n 's/^digest /recorded &/p' "$1/head"
}

compare_seen() {
  # Print every kernel state, changed or not: a reboot moves one of them to match another.
  cut -f 1,2 seen | look | awk -F '\t' '
    { item = $1 FS $2 }
    NR == FNR { was[item] = $0; next }
    { found[item] }
    was[item] != $0 || $1 == "kernel" { print "was " was[item]; print "is " $0 }
    END { for (item in was) if (!(item in found)) print "was " was[item] "\nis " item "\tunseen" }
    ' seen - |
    while IFS= read -r line; do
      printf '%s\n' "$line"
      case $line in "is tree$(printf '\t')"*) compare_tree "$(printf '%s' "$line" | cut -f 2)" ;; esac
    done
}

# Prints what differs within a tree: the number of paths, and the first three.
compare_tree() {
  kept=$(look_kept trees "$1")
  [ -d "$1" ] && [ -e "$kept" ] || return 0
  { gzip -dc "$kept"; look_tree "$1"; } | sort | uniq -u | cut -f 1 | uniq | awk -v tree="$1" '
    NR <= 3 { paths = paths "\t" ($0 == "" ? "." : $0) }
    END { if (NR) print "paths tree\t" tree "\t" NR paths }'
}
