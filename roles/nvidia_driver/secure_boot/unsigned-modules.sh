#!/bin/sh
# Prints "MODULE VERSION KERNEL" of what dkms has installed of modules named $2* without the
# signature of the certificate $1.
serial=$(openssl x509 -inform DER -in "$1" -noout -serial 2>/dev/null)
serial=${serial#serial=}
dkms status | sed -n "s|^\($2[^/]*\)/\([^,]*\), \([^,]*\), [^:]*: installed.*|\1 \2 \3|p" |
  while read -r name version kernel; do
    for built in /var/lib/dkms/"$name"/"$version"/"$kernel"/*/module/*.ko*; do
      signed=$(modinfo -F sig_key "/lib/modules/$kernel/updates/dkms/${built##*/}" | tr -d :)
      if [ -z "$serial" ] || [ "$signed" != "$serial" ]; then
        echo "$name $version $kernel"
        break
      fi
    done
  done
