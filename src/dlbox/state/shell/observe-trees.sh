#!/bin/sh
# Part of observe.sh: states of folders with everything in them.

# Prints one line for each entry of a folder. It leaves out what Python writes there when people use
# it, and the time when a folder was last written to, which that changes.
look_tree() {
  TZ=UTC0 find "$1/" -name __pycache__ -prune -o -name '*.pyc' -o -type d -printf '%P\t%y\t%m\t%U:%G\n' \
    -o -printf '%P\t%y\t%m\t%U:%G\t%s\t%Ts\t%l\n' | sort
}

# States: REALPATH COUNT DIGEST; or absent, other.
look_trees() {
  look_names tree | while IFS= read -r tree; do
    real=$(readlink -e "$tree" || :)
    if [ -d "$real" ]; then
      # shellcheck disable=SC2046 # three words: digest, dash, count
      set -- $(look_tree "$real" | awk '{ print | "sha256sum" } END { close("sha256sum"); print NR }')
      state="$real $3 $1"
    else
      state=${real:+other}
    fi
    printf 'tree\t%s\t%s\n' "$tree" "${state:-absent}"
  done
}

# Prints the path of the listing of tree $2 in the folder of listings $1.
look_kept() { printf '%s/%s.list.gz' "$1" "$(printf '%s' "$2" | tr / _)"; }

# Saves listings of the trees among the items in folder $1, so that a later look can name what
# differs.
keep_listings() {
  mkdir -p "$1"
  sed -n 's/^tree\t\([^\t]*\).*/\1/p' | while IFS= read -r tree; do
    [ -d "$tree" ] || continue
    kept=$(look_kept "$1" "$tree")
    look_tree "$tree" | gzip -1 >"$kept.new" && mv "$kept.new" "$kept"
  done
}
