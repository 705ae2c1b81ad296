#!/bin/sh
# adopt KIND...: take away what look(), which is src/dlbox/host/shell/foreign.sh, finds of these kinds.
# Nothing is deleted but by NVIDIA's own uninstaller. Before any package is: Debian's nvidia-installer-cleanup
# (20240109+1) fails on a .run driver where nobody can be asked, in the middle of dpkg's work.
set -eu
umask 022
aside=/var/lib/dlbox/adopted/$(date +%Y-%m-%dT%H%M%S)

found() { look | sed -n "s/^foreign $1 //p"; }

fail() {
  echo "$1" >&2
  exit 1
}

put_aside() {
  mkdir -p "$aside$(dirname "$1")"
  mv "$1" "$aside$1"
  echo "moved $1 to $aside$1"
}

# -s asks nothing and prints errors alone (option_table.h), and an uninstallation that failed
# half-way exits 0 all the same (backup.c), so that its word is not enough:
# https://github.com/NVIDIA/nvidia-installer at 590.48.01, read 2026-11-25.
uninstall() {
  if found runfile | grep -qx /usr/bin/nvidia-uninstall; then
    set -- /usr/bin/nvidia-uninstall
  elif found runfile | grep -qx /usr/bin/nvidia-installer; then
    set -- /usr/bin/nvidia-installer --uninstall
  else
    return 0
  fi
  said=$("$@" -s 2>&1 </dev/null) ||
    fail "$* -s failed and nothing else was done: $(printf '%s\n' "$said" | grep . | tail -n 1)"
}

forget_module() {
  version=${1#/usr/src/nvidia-}
  if [ -d "/var/lib/dkms/nvidia/$version" ]; then
    said=$(dkms remove -m nvidia -v "$version" --all 2>&1) ||
      fail "dkms remove nvidia/$version: $(printf '%s\n' "$said" | grep . | tail -n 1)"
  fi
}

put_driver_aside() {
  found runfile | while read -r path; do
    case $path in
      /var/lib/nvidia/log) path=/var/lib/nvidia ;;
      */dkms.conf)
        path=${path%/dkms.conf}
        forget_module "$path"
        ;;
    esac
    put_aside "$path"
  done
}

# No silent way of cuda-uninstaller is known.
put_cuda_aside() {
  found cuda | while read -r path; do
    home=${path%/bin/cuda-uninstaller}
    if owner=$(dpkg-query -S "$home" 2>/dev/null); then
      fail "$home is of the package ${owner%%:*}: remove that, then run again"
    fi
    put_aside "$home"
    if [ -L /usr/local/cuda ] && [ ! -e /usr/local/cuda ]; then put_aside /usr/local/cuda; fi
  done
}

# One kernel that fails keeps neither another one nor the loader from what is there now: the next run
# would find nothing to take, and so nothing to refresh.
refresh() {
  failed=''
  for folder in /lib/modules/*/kernel; do
    kernel=$(basename "$(dirname "$folder")")
    if [ -d "$folder" ] && command -v depmod >/dev/null; then
      depmod -a "$kernel" || failed="$failed depmod -a $kernel;"
    fi
  done
  ldconfig || failed="$failed ldconfig;"
  [ -z "$failed" ] || fail "the driver was taken away, and this failed:${failed%;}"
}

take_driver() {
  before=$(found runfile)
  [ -n "$before" ] || return 0
  # First, as the role makes the initramfs anew where this is missing, be it in the next run.
  rm -f /var/lib/dlbox/initramfs-refreshed
  uninstall
  put_driver_aside
  refresh
}

unhold() {
  found held | while read -r name version; do
    apt-mark -q unhold "$name"
    echo "$name $version is no longer held"
  done
}

for kind; do
  case $kind in
    runfile) take_driver ;;
    cuda) put_cuda_aside ;;
    held) unhold ;;
  esac
done
for kind; do
  rest=$(found "$kind")
  [ -z "$rest" ] || fail "still there: $(echo "$rest" | head -n 1)"
done
