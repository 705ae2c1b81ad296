"""What the driver's programs say on a machine without a card: a box of the tests is one."""

NVIDIA_SMI = """\
#!/bin/sh
# STUB made by dlbox's tests
case "$1" in
--version) echo "NVIDIA-SMI version  : {version}"; exit 0 ;;
esac
echo "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure" \\
  "that the latest NVIDIA driver is installed and running."
exit 9
"""
DAEMON = """\
#!/bin/sh
# STUB made by dlbox's tests
echo "{name} {version}: no NVIDIA device on this machine" >&2
exit 1
"""
UNIT = """\
# STUB made by dlbox's tests
[Unit]
Description={name} (stub)

[Service]
ExecStart=/usr/bin/{name}

[Install]
WantedBy=multi-user.target
"""
