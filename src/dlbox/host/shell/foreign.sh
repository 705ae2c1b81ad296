#!/bin/sh
# Prints `foreign KIND WHAT` for NVIDIA software that belongs neither to a package nor to dlbox.
# `CUDA_PACKAGES` and `MODULE_PACKAGES` come from lib.sh.
# shellcheck disable=SC2154

# Prints `KIND PATH` for paths that may be foreign.
foreign_paths() {
  for path in /usr/bin/nvidia-uninstall /usr/bin/nvidia-installer /usr/src/nvidia-*/dkms.conf \
    /lib/modules/*/kernel/drivers/video/nvidia*.ko* \
    /usr/lib/x86_64-linux-gnu/libcuda.so.* /usr/lib/x86_64-linux-gnu/libnvidia-ml.so.* \
    /usr/lib64/libcuda.so.* /usr/lib64/libnvidia-ml.so.* \
    /usr/lib/libcuda.so.* /usr/lib/libnvidia-ml.so.*; do
    echo "runfile $path"
  done
  {
    # The loader searches every folder that it is told about for libcuda.so.1, before /usr/lib.
    cat /etc/ld.so.conf.d/*.conf 2>/dev/null | sed -n '/^\/lib/d; /^\/usr\/lib/d; s|^/.*|&/libcuda.so.|p'
    sed -n 's/^\(export \)*LD_LIBRARY_PATH=//p' /etc/environment 2>/dev/null | tr -d "\"'" |
      tr : '\n' | sed -n 's|^/.*|&/libcuda.so\n&/libcudart.so|p'
  } | while read -r start; do
    for path in "$start"*; do echo "search_path $path"; done
  done
}

# Prints `REAL KIND PATH`. The final target of a link decides, because ldconfig makes links that no
# package owns. The links of update-alternatives are Debian's own.
foreign_candidates() {
  foreign_paths | while read -r kind path; do
    if [ -e "$path" ] || [ -L "$path" ]; then
      case $(readlink "$path") in /etc/alternatives/*) continue ;; esac
      real=$(readlink -m "$path")
      case $real in /opt/dlbox/*) ;; *) echo "$real $kind $path" ;; esac
    fi
  done
}

# One dpkg-query answers for all candidates. dpkg knows some paths without the /usr that they lie
# under.
foreign_files() {
  candidates=$(foreign_candidates)
  [ -n "$candidates" ] || return 0
  {
    echo "$candidates" | awk '{ print $1; sub("^/usr", "", $1); print $1 }' |
      xargs dpkg-query -S 2>/dev/null | sed -n '/^diversion /!s|^[^/]*: /|owned /|p'
    echo "$candidates"
  } | awk '
    $1 == "owned" { owned[$2]; next }
    { bare = $1; sub("^/usr", "", bare) }
    !($1 in owned) && !(bare in owned) { print "foreign", $2, $3 }'
}

# nvidia-installer keeps its log in a folder of mode 0700, which only root can look into (backup.c
# of https://github.com/NVIDIA/nvidia-installer at 590.48.01, read 2026-11-25).
foreign_folders() {
  if [ -e /var/lib/nvidia/log ]; then
    echo "foreign runfile /var/lib/nvidia/log"
  elif [ -d /var/lib/nvidia ] && [ ! -x /var/lib/nvidia ]; then
    echo "foreign runfile /var/lib/nvidia"
  fi
  if [ -e /usr/local/cuda/bin/cuda-uninstaller ]; then
    echo "foreign cuda $(readlink -f /usr/local/cuda)/bin/cuda-uninstaller"
  elif [ -d /usr/local/cuda ] && [ ! -L /usr/local/cuda ]; then
    echo "foreign cuda /usr/local/cuda"
  fi
}

# Once dlbox has installed a driver, the holds are its own, and verify reports mixed versions.
foreign_packages() {
  [ ! -e /var/lib/dlbox/driver-source ] || return 0
  # shellcheck disable=SC2016 # dpkg-query's own variables
  dpkg-query -W -f '${Package}:${Architecture} ${Version} ${db:Status-Abbrev}\n' 2>/dev/null |
    sed -E 's/^([^ :]*):(amd64|all) /\1 /' | awk -v heart="^($CUDA_PACKAGES|$MODULE_PACKAGES)\$" '
    substr($3, 2, 1) != "i" { next }
    { upstream = $2; sub(/-[^-]*$/, "", upstream); version[$1] = $2; of[$1] = upstream }
    $3 ~ /^h/ { held[$1] }
    $1 ~ heart {
      known[$1]
      if (!(upstream in drivers)) { drivers[upstream]; count++ }
    }
    END {
      for (name in held) if (of[name] in drivers) print "foreign held", name, version[name]
      if (count > 1) for (name in known) print "foreign mixed", name, version[name]
    }' | sort
}

foreign_files
foreign_folders
foreign_packages
