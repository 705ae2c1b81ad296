#!/bin/sh
# Writes the record of this box, as a generation. $1: bytes that older generations may take; $2: the
# generation that this one restores, or 0.
# The controller has put `head`, `wanted` and `applied.yaml` into $new. `look` comes from observe.sh,
# `keep_listings` from observe-trees.sh, `package_lines` from lib.sh; `all`, `numbers` and `prune` from prune-generations.sh.
# shellcheck shell=sh disable=SC2154,SC2016 # $all; dpkg-query's own variables
set -eu
umask 022
export LC_ALL=C
home=/var/lib/dlbox
new=$home/generations/new
store=/var/cache/dlbox/debs

# Prints the packages of the ledger as they are now, and where the store has each: NAME VERSION
# ARCHITECTURE SIZE SHA256 FILE, the last three - if the store does not have it.
packages() {
  touch $home/packages
  sort -u $home/packages >$home/packages.new
  mv $home/packages.new $home/packages
  # shellcheck disable=SC2046 # a list of words
  package_lines '${db:Status-Abbrev} ${Version} ${Architecture}' $(cat $home/packages) |
    sed -n 's/ .i  */ /p' | sort -u |
    while read -r name version arch; do
      name=${name%:*}
      file=${name}_$(echo "$version" | sed 's/:/%3a/g')_$arch.deb
      echo "$name $version $arch $(stored "$file")"
    done
}

# Compute each sum only once: a toolkit has gigabytes.
stored() { # FILE
  if ! [ -e "$store/$1" ]; then echo "- - -"; return; fi
  row=$(grep -F " $1 " $store/sums 2>/dev/null | tail -n 1 || true)
  size=$(stat -c %s "$store/$1")
  case $row in
    *" $1 $size") sum=${row%% *} ;;
    *) sum=$(sha256sum <"$store/$1" | cut -c1-64); echo "$sum $1 $size" >>$store/sums ;;
  esac
  echo "$size $sum $1"
}

items() {
  cut -f 1,2 $new/wanted
  awk '{ print "package\t" $1 ($3 ~ /^(amd64|all)$/ ? "" : ":" $3) }' $new/packages
  for name in running module-loaded driver-user-space modules; do printf 'kernel\t%s\n' $name; done
}

# Has `current` name a record, in one step, once it is on the disk: the journal goes after that.
lead_to() { # NUMBER
  find "$all/$1" -type f -exec sync {} +
  ln -sfn "generations/$1" $home/current.new
  mv -T $home/current.new $home/current
}

# Has a record take the place of generation N. `current` names it as N.new already, and goes on to:
# renamed, it would be nowhere until the link follows, so N becomes a copy of it.
settle() { # NUMBER
  rm -rf "${all:?}/$1"
  cp -a "$all/$1.new" "$all/$1"
  lead_to "$1"
  rm -rf "$all/$1.new"
}

chmod 644 $new/head $new/wanted $new/applied.yaml
mkdir -p $store
packages >$new/packages
items | sort -u >$new/items
look <$new/items >$new/seen
keep_listings $new/trees <$new/items
rm $new/items
# The file holds digests, with which people could test guesses of secrets.
chmod 600 $new/seen
sed -n 's/^tree\t[^\t]*\t\([^ ]*\) .*/\1/p' $new/seen >$new/folders

last=$(readlink $home/current 2>/dev/null | sed 's|.*/||' || true)
# Complete what a run that was cut has begun, and remove what it left.
case $last in
  *.new)
    last=${last%.new}
    if [ -d "$all/$last.new" ]; then settle "$last"; fi
    ;;
esac
rm -rf "$all"/*.new "$all"/*.old

# A record that equals the last one replaces it: it is the same generation, observed again.
same=no
if [ -n "$last" ] && [ -d "$all/$last" ]; then
  same=yes
  for part in wanted applied.yaml packages; do
    cmp -s "$new/$part" "$all/$last/$part" || same=no
  done
fi
if [ "$2" != 0 ] && [ -d "$all/$2" ]; then last=$2 same=yes; fi
if [ $same = yes ]; then
  mv $new "$all/$last.new"
  lead_to "$last.new"
  settle "$last"
else
  number=$(($(numbers | tail -n 1) + 1))
  mv $new "$all/$number"
  lead_to "$number"
fi
ln -sfn current/applied.yaml $home/applied.yaml
rm -f $home/begun
prune "$1"
