#!/bin/sh
# Writes the journal: what a run will bring. Standard input: KIND<TAB>NAME<TAB>DECLARED lines. What
# exists already belongs to others, and stays when the settings no longer ask for it. For packages,
# the ledger tells whose they are.
set -eu
umask 022
home=/var/lib/dlbox

is_there() { # KIND NAME
  case $1 in
    folder | file | link | tree) [ -e "$2" ] || [ -L "$2" ] ;;
    unit) systemctl is-enabled --quiet "$2" 2>/dev/null ;;
    user) id "$2" >/dev/null 2>&1 ;;
    *) false ;;
  esac
}

mkdir -p $home
touch $home/begun
cp $home/begun $home/begun.new
while IFS= read -r line; do
  kind=$(printf '%s' "$line" | cut -f 1)
  name=$(printf '%s' "$line" | cut -f 2)
  is_there "$kind" "$name" || printf '%s\n' "$line" >>$home/begun.new
done
sync $home/begun.new
mv $home/begun.new $home/begun
