#!/bin/sh
# Prints what apt would fetch for packages if dlbox had never been on this box; changes nothing there.
# Arguments: pairs of a path below /etc/apt and its text, `--`, `kernels` or `bare` (whether modules
# are compiled for the box's kernels), and the package names for apt.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cp -a /etc/apt "$folder/etc"
mkdir -p "$folder/etc/sources.list.d" "$folder/etc/preferences.d" \
  "$folder/lists/partial" "$folder/cache/archives/partial"
rm -f "$folder"/etc/sources.list.d/dlbox-* "$folder"/etc/preferences.d/dlbox-*
while [ "$1" != -- ]; do
  printf %s "$2" >"$folder/etc/$1"
  shift 2
done
compiles=$2
shift 2
before=/var/lib/dlbox/before/status
[ -e "$before" ] || before=/var/lib/dpkg/status

# The temporary cache contains no downloads, so that apt names every file of the closure.
own() { # PROGRAM ...
  program=$1
  shift
  "$program" -q -o Dir::Etc="$folder/etc" -o Dir::State::lists="$folder/lists" \
    -o Dir::State::status="$before" -o Dir::State::extended_states="$folder/marks" \
    -o Dir::Cache="$folder/cache" -o Debug::NoLocking=1 -o Acquire::Languages=none \
    -o Acquire::Retries=3 -o Acquire::ForceHash=SHA256 "$@"
}

# Prints the compiler of the kernels' modules, and its version from before dlbox came.
compiler() {
  name=$(own apt-cache show --no-all-versions gcc | sed -n 's/^Depends:.*[ ,]\(gcc-[0-9]*\) .*/\1/p')
  echo "compiler $name $(own apt-cache policy "$name" | sed -n 's/^  Installed: //p')"
}

# DKMS builds for a kernel only if its headers are installed; the archive has no headers for a kernel
# that it has dropped.
headers() {
  # shellcheck disable=SC2016 # dpkg-query's own variables
  dpkg-query -W -f '${Package} ${db:Status-Abbrev}\n' 'linux-image-*' 2>/dev/null |
    sed -n 's/^linux-image-\([^ ]*\) .i *$/linux-headers-\1/p' |
    while read -r package; do
      if own apt-cache show "$package" >/dev/null 2>&1; then echo "$package"; fi
    done
}

# A list of mirrors is a file that only this box has: its first entry is an address that works
# everywhere.
mirror() { # REPOSITORY
  case $1 in mirror+file:*) ;; *) return 0 ;; esac
  path=${1#mirror+file:}
  echo "mirror $1 $(sed -n 's/^\([a-z][^ \t]*\).*/\1/p' "${path%/}" | head -n 1)"
}

repositories() {
  # shellcheck disable=SC2016 # apt's own variables
  own apt-get indextargets --format 'target $(REPO_URI) $(FILENAME)' 'Created-By: Packages' |
    while read -r word uri file; do
      echo "$word $uri ${file##*/}"
      mirror "$uri"
    done
  for file in "$folder"/lists/*InRelease "$folder"/lists/*Release.gpg; do
    [ -e "$file" ] || continue
    echo "signed ${file##*/}"
    sed -n '/^-----BEGIN PGP SIGNATURE-----/,/^-----END PGP SIGNATURE-----/p' "$file"
  done
}

# Prints the disk space (KiB) that each package takes once it is unpacked.
installed() {
  sed -n "s/^'[^']*' \([^_]*\)_\([^_]*\)_.*/\1=\2/p" "$folder/uris" | sed 's/%3a/:/g; s/%5f/_/g' |
    cat >"$folder/names"
  [ -s "$folder/names" ] || return 0
  # shellcheck disable=SC2046 # a list of words
  own apt-cache show $(cat "$folder/names") | awk '
    /^Package: / { name = $2 } /^Version: / { version = $2 } /^Installed-Size: / { size = $2 }
    /^$/ { if (name != "") print "installed " name " " version " " size + 0; name = "" }
    END { if (name != "") print "installed " name " " version " " size + 0 }'
}

said=$(own apt-get update -eany 2>&1) || {
  echo "$said" | grep '^E:'
  exit 0
}
if [ "$compiles" = kernels ]; then
  # shellcheck disable=SC2046 # a list of words
  set -- "$@" dkms $(headers)
  compiler
  find /var/lib/dlbox/modules/cache -name '*.tar.gz' -printf '%T@ %P\n' 2>/dev/null |
    sort -n | sed 's/^[^ ]* /module /'
fi
own apt-get --print-uris -y install --no-install-recommends --allow-change-held-packages \
  --allow-downgrades "$@" 2>"$folder/said" | grep "^'" >"$folder/uris"
cat "$folder/uris"
installed
grep '^E: ' "$folder/said"
repositories
