"""What the jupyter role owns on a box."""

from __future__ import annotations

from roles.box.layout import stamp
from roles.box.owned import Owned, Text
from roles.jupyter import content
from roles.jupyter.settings import Jupyter
from roles.stack.model import Stack


def owned(wanted: Jupyter, stack: Stack) -> Owned:
    """Return it."""
    if not wanted.install:
        return Owned()
    kernels = {
        f"{content.KERNELS}/{name}/kernel.json": Text(content.kernel(name))
        for name in stack.frameworks
    }
    return Owned(
        files={
            content.SETTINGS: Text(content.CONFIG),
            content.UNIT: Text(content.unit(wanted.user, wanted.port)),
            **kernels,
        },
        made={content.TOKEN: f"600 {wanted.user}"},
        trees={content.HOME: stamp("jupyter")},
        units={content.SERVICE: "enabled"},
        users={wanted.user: ""},
    )
