#!/bin/sh
# `purge NAME...`: takes packages away that have come by an order of ours, and what came with them
# alone; one that somebody else's package needs stays, and so does one that was here before.
# shellcheck disable=SC2016 # dpkg-query's own variables

ledger=/var/lib/dlbox/packages

# Of names at standard input those that are ours and installed.
ours() {
  [ -e $ledger ] || return 0
  sort -u | grep -xFf $ledger | xargs -r dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' 2>/dev/null |
    sed -n 's/^.i *//p'
}

# What apt would take away: 's' only says it.
taken_with() { apt-get -q -s "$@" | sed -n 's/^\(Remv\|Purg\) \([^ :]*\).*/\2/p' | sort -u; }

purge() {
  names=$(printf '%s\n' "$@" | ours)
  [ -n "$names" ] || return 0
  # A package that is held holds what it depends on as well.
  held=$(apt-mark showhold | ours)
  # shellcheck disable=SC2086 # lists of words
  [ -z "$held" ] || apt-mark -q unhold $held
  spare
  while [ -n "$names" ]; do
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get -q -y purge $names
    names=$(taken_with autoremove --purge | ours)
  done
  printf '%s\n' "$held" | ours | xargs -r apt-mark -q hold
}

# Leave in $names what takes nobody else's package along.
spare() {
  # shellcheck disable=SC2086
  taken_with purge $names | grep -qvxFf $ledger || return 0
  for name in $names; do
    strange=$(taken_with purge "$name" | grep -vxFf $ledger | paste -sd ' ')
    [ -n "$strange" ] || continue
    echo "$name stays: $strange of this box needs it"
    apt-mark -q auto "$name"
    names=$(printf '%s\n' "$names" | grep -vxF "$name")
  done
}
