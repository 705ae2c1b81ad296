#!/bin/sh
# Prints "mok STATE CERTIFICATE KEY": the key that dkms signs modules with, and the state of its
# enrolment. It does not use mokutil, which may be missing, and which exits 0 both for a key that is
# not enrolled and for one that it may not look up (0.7.2). Only root can see a request that was
# made since the last boot.

hex() {
  od -An -v -tx1 "$@" 2>/dev/null | tr -d ' \n'
}

# Follow the order of dkms' own prepare_mok: first its configuration, then the distribution's way.
signing=$(
  ID='' mok_signing_key='' mok_certificate=''
  for conf in /etc/os-release /etc/dkms/framework.conf /etc/dkms/framework.conf.d/*.conf; do
    # shellcheck disable=SC1090
    if [ -r "$conf" ]; then . "$conf"; fi
  done >/dev/null 2>&1
  case $ID in
    ubuntu) set -- /var/lib/shim-signed/mok/MOK.der /var/lib/shim-signed/mok/MOK.priv ;;
    *) set -- /var/lib/dkms/mok.pub /var/lib/dkms/mok.key ;;
  esac
  echo "${mok_certificate:-$1} ${mok_signing_key:-$2}"
)
certificate=${signing%% *} key=${signing#* } state=none
case $key in pkcs11:*) there=yes ;; *) [ ! -e "$key" ] || there=yes ;; esac
known=$(hex "$certificate")
if [ -n "${there-}" ] && [ -n "$known" ]; then
  efi=/sys/firmware/efi/efivars state=made
  case $(hex "$efi"/MokNew-*) in *"$known"*) state=waiting ;; esac
  case $(hex "$efi"/MokListRT*) in *"$known"*) state=enrolled ;; esac
fi
echo "mok $state $signing"
