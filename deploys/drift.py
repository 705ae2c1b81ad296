"""Say what has changed on boxes since 'up', and in their settings; changes nothing."""

from __future__ import annotations

import json

from deploys._compared import COMPARED, LOST, data, exit_code, lines
from deploys._guard import BadInput, complain, request
from deploys.up import run_pyinfra


def main(argv: list[str]) -> int:
    """Look at each box once; print what differs, as JSON where that is asked for."""
    try:
        asked = request(word for word in argv if word != "--json")
    except BadInput as error:
        return complain("drift", error)
    run_pyinfra(asked, "deploys/_compare.py", "--dry", "-y")
    boxes = {host.name: COMPARED.get(host.name, LOST) for host in asked.hosts}
    if "--json" in argv:
        print(json.dumps({"boxes": {name: data(box) for name, box in boxes.items()}}, indent=2))
    else:
        for name, box in boxes.items():
            print("\n".join(("", *lines(name, box))))
    return exit_code(boxes)
