"""A small fleet over SSH: copy it, name your boxes, run ./dlbox up inventory/lab.py.

A group of this file takes its settings from group_data/GROUP.py; a box may bring its own.
"""

pascal = [
    ("gtx-1", {"ssh_hostname": "192.0.2.11"}),
    ("gtx-2", {"ssh_hostname": "192.0.2.12", "jupyter_port": 8899}),
]
ada = [
    ("rtx-1", {"ssh_hostname": "192.0.2.21", "frameworks_names": ["pytorch", "jax"]}),
]
cpu = [
    ("build-1", {"ssh_hostname": "192.0.2.31", "jupyter_install": False}),
]

# Whom to log in as; dlbox uses sudo where that is not root. Keys come from your agent or ssh_key.
all = (  # noqa: A001 - pyinfra's own name for the group of all boxes
    ["gtx-1", "gtx-2", "rtx-1", "build-1"],
    {"ssh_user": "admin"},
)
