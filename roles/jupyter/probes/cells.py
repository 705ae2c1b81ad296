"""Run a cell in the named kernel; print the output of the cell."""

import sys

from jupyter_client.manager import start_new_kernel

name = sys.argv[1]
manager, client = start_new_kernel(kernel_name=name, startup_timeout=120)
try:
    reply = client.execute_interactive(
        "import sys; print(6 * 7, sys.prefix)",
        timeout=120,
        output_hook=lambda message: print(message["content"].get("text", ""), end=""),
    )
    if reply["content"]["status"] != "ok":
        sys.exit(str(reply["content"]))
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
