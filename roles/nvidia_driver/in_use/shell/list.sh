#!/bin/sh
# Prints the driver's modules, who holds the GPU, and what a run that was cut left stopped.

if blind; then echo blind; fi
for name in $MODULES; do
  module=/sys/module/$name
  [ ! -e "$module/refcnt" ] ||
    echo "module $name $(cat "$module/refcnt") $(cd "$module/holders" && echo *)"
done
[ ! -e /sys/module/nvidia/version ] || echo "version $(cat /sys/module/nvidia/version)"
found=$(holders | LC_ALL=C tr -c '\n -~' '?')
if [ -n "$found" ]; then
  echo "$found" | sed 's/^/holder /'
  pids=$(echo "$found" | cut -d ' ' -f 1)
  # shellcheck disable=SC2086 # one word each
  describe $pids | sed 's/^ */process /' | cut -c 1-300
fi
[ ! -e "$RECORD" ] || sed -n 's/^unit /stopped /p' "$RECORD"
