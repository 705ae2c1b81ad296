"""The boxes that ``python -m dlbox.sandbox`` makes."""

import runpy

from dlbox.sandbox.__main__ import INVENTORY, wanted
from dlbox.sandbox.image import RELEASES


def test_the_inventory_names_boxes_that_can_be_made() -> None:
    assert set(wanted().values()) <= set(RELEASES)
    data = runpy.run_path(str(INVENTORY))
    assert data["boxes"] == [name for name, _ in data["pascal"] + data["ada"]]
