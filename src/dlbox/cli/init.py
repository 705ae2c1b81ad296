"""Make a folder of one's own: an inventory and its settings."""

from __future__ import annotations

import click

from dlbox.cli.command import verb
from dlbox.cli.reference import all_py
from dlbox.errors import BadInput
from dlbox.exit_code import ExitCode
from dlbox.paths import typed_path

EXAMPLE = "dlbox init lab && cd lab && dlbox plan"
INVENTORY = '''\
"""The boxes of this site. Each name that is a list is a group, with settings in group_data/NAME.py.

@local is this machine; any other name is reached by SSH. A box may bring settings of its own:

    pascal = [("gtx-1", {"ssh_hostname": "192.0.2.11", "jupyter_port": 8899}), "gtx-2"]
    all = (["gtx-1", "gtx-2"], {"ssh_user": "admin"})
"""

boxes = ["@local"]
'''
README = """\
# A dlbox site

`inventory.py` names the boxes, `group_data/all.py` their settings, `locks/` is for `box_lock`.

    dlbox plan      what each box would get, and why
    dlbox up        give it to them
    dlbox verify    prove it
    dlbox drift     what has changed since

Run these here. Keep the folder in git, without passwords.
"""
IGNORED = "__pycache__/\npyinfra-debug.log\ndlbox-try.py\n"


@verb("init", EXAMPLE, ExitCode.BAD_INPUT)
@click.argument("folder", metavar="DIR")
def command(folder: str) -> int:
    """DIR must be empty or not there yet. Run the other verbs in it: it is their site.

    It gets inventory.py, group_data/all.py with every setting at its default and commented out,
    locks/, README.md and .gitignore.
    """
    place = typed_path(folder)
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        msg = f"{folder}: is there and not empty | name a folder that does not exist yet"
        raise BadInput(msg)
    for name, text in files().items():
        path = place / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            msg = f"{path}: {error.strerror} | name a folder that you may write to"
            raise BadInput(msg) from error
    print(f"{folder}: a site of one box, this machine")
    print(f"  next     cd {folder}; name your boxes in inventory.py; dlbox plan inventory.py")
    return ExitCode.OK


def files() -> dict[str, str]:
    """Return name -> text of all files of a new site."""
    return {
        "inventory.py": INVENTORY,
        "group_data/all.py": all_py(commented=True),
        "locks/.gitkeep": "",
        ".gitignore": IGNORED,
        "README.md": README,
    }
