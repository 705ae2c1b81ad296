#!/bin/sh
# Makes the box's store an archive that has the locked packages and nothing else.
#   $1: the bundle, or nothing; standard input: SHA256 SIZE FILE ADDRESS... of each package that is
#   missing. If this ends well, all of them are there and whole. It unpacks no package.
set -eu
umask 022
export LC_ALL=C
store=/var/cache/dlbox/debs
home=/var/lib/dlbox/locked
bundle=$1
mkdir -p $store/partial $home/lists/partial
rm -rf $home/told
mkdir $home/told

whole() { [ -e "$1" ] && [ "$(sha256sum <"$1" | cut -c1-64)" = "$2" ]; } # FILE SHA256

get() { # ADDRESS FILE SHA256
  case $1 in
    /*) cp "$1" "$2" 2>/dev/null && whole "$2" "$3" ;;
    *) /usr/lib/apt/apt-helper -o Acquire::Retries=3 download-file "$1" "$2" "SHA256:$3" ;;
  esac
}

bring() { # SHA256 SIZE FILE ADDRESS...
  sum=$1 file=$3
  shift 3
  if whole "$store/$file" "$sum"; then echo "$file" >>$home/told/store; return; fi
  draft=$store/partial/$file
  if [ -n "$bundle" ]; then
    # A server decodes %3a to a colon. The name of a package file has %3a for the colon of an epoch.
    case $bundle in /*) name=$file ;; *) name=$(echo "$file" | sed 's/%/%25/g') ;; esac
    set -- "$bundle/apt/$name"
  fi
  if [ $# = 0 ]; then echo "$file: the box's store has not kept it" >>$home/told/said; fi
  first=${1:-}
  for address in "$@"; do
    rm -f "$draft"
    if why=$(get "$address" "$draft" "$sum" 2>&1); then
      mv "$draft" "$store/$file"
      echo "$sum $file $(stat -c %s "$store/$file")" >>$store/sums
      place=snapshot
      if [ "$address" = "$first" ]; then place=${bundle:+bundle}; fi
      echo "$file" >>"$home/told/${place:-archive}"
      return
    fi
    said=$(echo "$why" | grep -m 1 '^E:' || echo "its content is not what was locked")
    echo "$file: $address: $said" >>$home/told/said
  done
  rm -f "$draft"
  echo "$file" >>$home/told/nowhere
}

index() {
  for deb in "$store"/*.deb; do
    [ -e "$deb" ] || continue
    grep -qxF "${deb##*/}" $home/files || continue
    dpkg-deb -f "$deb"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "${deb##*/}" "$(stat -c %s "$deb")" \
      "$(awk -v file="${deb##*/}" '$3 == file { print $1 }' $home/lacking)"
  done
}

cat >$home/lacking
cut -d ' ' -f 3 $home/lacking >$home/files
while read -r sum size file addresses; do
  # shellcheck disable=SC2086 # none has a blank in it
  bring "$sum" "$size" "$file" $addresses
done <$home/lacking
if [ -e $home/told/nowhere ]; then
  echo "$(wc -l <$home/told/nowhere) of the locked packages cannot be had, and nothing was changed:" >&2
  head -n 5 $home/told/said >&2
  exit 1
fi
index >$store/Packages.new
mv $store/Packages.new $store/Packages
echo "deb [trusted=yes] file:$store ./" >$home/sources.list
# Without this pin, apt takes a package back to an older version only if it is requested by name.
printf 'Package: *\nPin: origin ""\nPin-Priority: 1001\n' >$home/preferences
cat >$home/apt.conf <<END
Dir::Etc::SourceList "$home/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "$home/preferences";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State::Lists "$home/lists";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
END
APT_CONFIG=$home/apt.conf apt-get -q update -eany >/dev/null
for place in store bundle archive snapshot; do
  if [ -e $home/told/$place ]; then echo "$(wc -l <$home/told/$place) packages from the $place"; fi
done >$home/said
if [ -e $home/told/snapshot ]; then
  echo "withdrawn upstream, and so from the snapshot: $(tr '\n' ' ' <$home/told/snapshot)"
fi >>$home/said
