"""Run one verb: ``python -m dlbox.cli VERB [ARGUMENTS]``; ``./dlbox`` has checked its name."""

from __future__ import annotations

import sys
from importlib import import_module

from dlbox.paths import ROOT

VERBS = {
    verb: verb
    for verb in (
        *("plan", "up", "verify", "drift", "lock", "bundle", "rollback", "catalog"),
        *("check", "test"),
    )
} | {"try": "try_"}


def main(name: str = "", *argv: str) -> int:
    """Hand the arguments to the verb's own ``main``."""
    if name not in VERBS:
        print(f"dlbox: no verb {name!r} | ./dlbox help lists them", file=sys.stderr)
        return 2
    # Tests and roles are imported from the checkout, whatever else is installed.
    sys.path[:0] = [str(ROOT)]
    # By name: `try` is a verb here and a keyword to an import statement.
    return int(import_module(f"dlbox.cli.{VERBS[name]}").main(list(argv)))


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        print("\ndlbox: interrupted | run the same command again to go on", file=sys.stderr)
        sys.exit(130)
