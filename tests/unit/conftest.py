"""pyinfra patches sockets and threads as it is loaded, which has to come before anything that uses them."""

from __future__ import annotations

import pyinfra_cli  # noqa: F401 - for what it does
