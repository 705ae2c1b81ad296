"""What all other roles need: an apt that waits, build tools, no sleep, dlbox's own folders."""
