"""Cards in pci.ids and in the list that a driver comes with."""

import json

from dlbox.upstream.gpus import Card, Support, parse_pci_ids, parse_supported_gpus

PCI_IDS = """\
10dd  Somebody else
\t1b06  GP102 [Not ours]
10de  NVIDIA Corporation
\t0fbc  GM107 High Definition Audio Controller [GeForce 940MX]
\t1b06  GP102 [GeForce GTX 1080 Ti]
\t\t1043 85ea  A board
\t1b07  GP102 [P102-100 / [x]]
\t22a3  GH100 [H100 NVSwitch]
\t20ff  GA100
\tffff  GZ1 [Odd]
"""


def test_pci_ids_are_cards_of_our_chips() -> None:
    assert parse_pci_ids(PCI_IDS, ("GP", "GM", "GA", "GH")) == {
        "1b06": Card("GP102", "GeForce GTX 1080 Ti"),
        "1b07": Card("GP102", "P102-100 / [x]"),
        "20ff": Card("GA100", "?"),
    }


def test_a_drivers_list_is_one_line_for_each_id() -> None:
    chips = [
        {"devid": "0x1B06", "subdeviceid": "0x1", "name": "GTX", "features": []},
        {"devid": "0x1B06", "name": "GTX", "features": ["kernelopen"]},
        {"devid": "0x0FEF", "name": "K340", "legacybranch": "367.xx"},
    ]
    assert parse_supported_gpus(json.dumps({"chips": chips})) == {
        "1b06": Support(None, open_modules=True),
        "0fef": Support(367, open_modules=False),
    }
