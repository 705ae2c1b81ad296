#!/bin/sh
# `purge NAME...`: takes packages away that have come by an order of ours, and what came with them
# alone; one that another package needs stays, and so does one that was here before.
# shellcheck disable=SC2016 # dpkg-query's own variables

ledger=/var/lib/dlbox/packages
said=/var/lib/dlbox/said

say() { echo "$1" | tee -a $said; } # for the owner of the box

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
  # shellcheck disable=SC2086
  if [ -n "$names" ] && ! apt-get -q -s purge $names >/dev/null 2>&1; then
    say "packages stay: apt finds no way to take away $(echo "$names" | paste -sd ' ')"
    names=
  fi
  while [ -n "$names" ]; do
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get -q -y purge $names
    names=$(taken_with autoremove --purge | ours)
  done
  printf '%s\n' "$held" | ours | xargs -r apt-mark -q hold
}

# What purging packages takes from those who still want it: not ours, or asked for by name.
missed() { # NAME...
  taken_with purge "$@" | grep -vxF "$names" | while read -r other; do
    if ! grep -qxF "$other" $ledger || [ -n "$(apt-mark showmanual "$other")" ]; then echo "$other"; fi
  done
}

# Leave in $names what nobody misses.
spare() {
  # shellcheck disable=SC2086
  [ -n "$(missed $names)" ] || return 0
  for name in $names; do
    strange=$(missed "$name" | paste -sd ' ')
    [ -n "$strange" ] || continue
    say "$name stays: $strange of this box needs it"
    apt-mark -q auto "$name"
    names=$(printf '%s\n' "$names" | grep -vxF "$name" || true)
  done
}

# One that is no longer here, and comes back by somebody else's order, is theirs.
forget() {
  [ -e $ledger ] || return 0
  ours <$ledger >$ledger.new
  mv $ledger.new $ledger
}
