#!/bin/sh
# `list`: prints NUMBER DAY current|- BYTES LACKING GONE... of each generation of this box, the
# oldest first.
# `kept previous|NUMBER`: prints the parts of one generation.
# `all`, `numbers`, `having` and `wanted_by` come from prune-generations.sh, `installed_version` from lib.sh.
# shellcheck disable=SC2154 # $all
# `current` names generation N as N.new where its record was being replaced.
now=$(readlink /var/lib/dlbox/current 2>/dev/null | sed 's|.*/||; s|\.new$||')

list() {
  for number in $(having head packages folders); do
    mark=-
    [ "$number" != "$now" ] || mark=current
    echo "$number $(date -r "$all/$number/head" +%F) $mark $(alone "$number") $(lacking "$number") $(folders "$number")"
  done
}

# Number of packages that are neither installed at the version of generation $1 nor in the store.
lacking() {
  while read -r name version arch _ _ file; do
    case $arch in amd64 | all) ;; *) name=$name:$arch ;; esac
    [ -e "/var/cache/dlbox/debs/$file" ] ||
      [ "$(installed_version "$name")" = "$version" ] || echo "$name"
  done <"$all/$1/packages" | wc -l
}

folders() {
  while read -r folder; do [ -d "$folder" ] || echo "$folder"; done <"$all/$1/folders" | paste -sd ' '
}

# Bytes of the packages and folders that only generation $1 needs.
alone() {
  mine=$(wanted_by "$all/$1" | sort -u)
  others=$(for other in $(numbers); do [ "$other" = "$1" ] || wanted_by "$all/$other"; done | sort -u)
  { echo "$mine"; echo "$others"; echo "$others"; } | sort | uniq -u | while read -r path; do
    if [ -e "$path" ]; then du -sb "$path"; fi
  done | awk '{ total += $1 } END { print total + 0 }'
}

kept() {
  number=$(having head applied.yaml packages seen |
    if [ "$1" = previous ]; then awk -v now="$now" '$1 + 0 < now + 0' | tail -n 1; else grep -xF "$1"; fi)
  [ -n "$number" ] || return 0
  echo "== number"
  echo "$number"
  for part in head applied.yaml packages seen; do
    echo "== $part"
    cat "$all/$number/$part"
  done
}
