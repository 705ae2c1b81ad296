"""Look at a box: what it is, and all that it would get; nothing is changed."""

from datetime import datetime, timezone

from deploys._lock.seen import see

see(datetime.now(tz=timezone.utc).date())
