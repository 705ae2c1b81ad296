#!/bin/sh
# Ask for a reboot, after writing down what for; says `refused WHY` where it is none.
# $1: the intent; $2: never | if-needed | now; $3: what people are told.
note() {
  mkdir -p /var/lib/dlbox && umask 022 &&
    printf '%s\n' "$1" >/var/lib/dlbox/.reboot.new && sync /var/lib/dlbox/.reboot.new &&
    mv -f /var/lib/dlbox/.reboot.new /var/lib/dlbox/reboot
}
anyway() {
  wall "$1" 2>/dev/null
  # Without polkit systemd 257 lets not even root pass a block inhibitor (Debian 13: "Access denied").
  systemctl reboot --ignore-inhibitors 2>/dev/null ||
    systemctl start --no-block --job-mode=replace-irreversibly reboot.target 2>&1
}
said=$(note "$1" 2>&1) || {
  echo "refused $said"
  exit 0
}
if [ "$2" = now ]; then said=$(anyway "$3"); else said=$(systemctl reboot 2>&1); fi ||
  echo "refused $said"
