"""The ground the other roles stand on: apt that waits, build tools, no sleep, dlbox's own folders."""
