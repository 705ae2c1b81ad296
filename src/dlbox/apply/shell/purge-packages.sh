#!/bin/sh
# `purge NAME...`: removes packages that came by an apt transaction of dlbox, and what came only
# with them. A package stays if another package needs it, or if it was here before dlbox.
# `package_lines` comes from lib.sh.
# shellcheck disable=SC2016 # dpkg-query's own variables

ledger=/var/lib/dlbox/packages
said=/var/lib/dlbox/said

say() { echo "$1" | tee -a $said; } # for the owner of the box

# Prints those names from standard input that are in the ledger and installed.
ours() {
  if ! [ -e $ledger ]; then cat >/dev/null; return 0; fi
  # shellcheck disable=SC2046 # a list of words
  package_lines '${db:Status-Abbrev}' $(sort -u | grep -xFf $ledger) | sed -n 's/ .i$//p'
}

# Prints what apt would remove; with -s it only says so.
taken_with() { apt-get -q -s "$@" | sed -n 's/^\(Remv\|Purg\) \([^ ]*\).*/\2/p' | sort -u; }

purge() {
  names=$(printf '%s\n' "$@" | ours)
  [ -n "$names" ] || return 0
  # A held package also keeps what it depends on.
  held=$(apt-mark showhold | ours)
  # Also where a step fails, which ends the script.
  trap hold_again EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 141' PIPE
  trap 'exit 143' TERM
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
    spare
  done
  hold_again
  trap - EXIT HUP INT PIPE TERM
}

hold_again() { printf '%s\n' "$held" | ours | xargs -r apt-mark -q hold; }

# Prints what a purge would take from those who still need it: packages that are not in the ledger,
# or that were asked for by name.
missed() { # NAME...
  taken_with purge "$@" | grep -vxF "$names" | while read -r other; do
    if ! grep -qxF "$other" $ledger || [ -n "$(apt-mark showmanual "$other")" ]; then echo "$other"; fi
  done
}

# Leaves in $names only packages that nothing else on the box needs. Each is judged together with
# those that go already: another package may need any one of several.
spare() {
  # shellcheck disable=SC2086 # lists of words
  [ -n "$names" ] && [ -n "$(missed $names)" ] || return 0
  going=
  for name in $names; do
    # shellcheck disable=SC2086
    strange=$(missed $going "$name" | paste -sd ' ')
    if [ -z "$strange" ]; then going="$going $name"; continue; fi
    say "$name stays: $strange of this box needs it"
    apt-mark -q auto "$name"
    names=$(printf '%s\n' "$names" | grep -vxF "$name" || true)
  done
}

# Drops packages from the ledger that are no longer installed: one that comes back by another order
# does not belong to dlbox.
forget() {
  [ -e $ledger ] || return 0
  ours <$ledger >$ledger.new
  mv $ledger.new $ledger
}
