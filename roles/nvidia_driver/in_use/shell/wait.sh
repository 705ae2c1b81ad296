#!/bin/sh
# Waits up to $1 seconds until nobody's work holds the GPU; then says whose still does.

uptime_s() {
  read -r up _ </proc/uptime
  echo "${up%.*}"
}

if blind; then
  echo "who holds the GPU can be seen by a full root alone" >&2
  exit 1
fi
end=$(($(uptime_s) + $1))
while pids=$(work) && [ -n "$pids" ]; do
  left=$((end - $(uptime_s)))
  if [ "$left" -le 0 ]; then
    echo "the GPU is still in use after $1 s:" >&2
    # shellcheck disable=SC2086 # one word each
    describe $pids | while read -r pid age user command; do
      echo "pid $pid $user $command ($age s)"
    done | cut -c 1-100 | head -n 5 >&2
    exit 1
  fi
  sleep $((left < 5 ? left : 5))
done
