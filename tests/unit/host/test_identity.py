"""What a box says it is."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from pyinfra.api.exceptions import FactProcessError

from dlbox.host.foreign import Foreign
from dlbox.host.identity import IDENTITY, BoxIdentity, Identity, become_root, parse_identity
from dlbox.stack.model import Refused
from tests.support.builders import a_box

BOX = """\
dlbox begin
system debian-13
arch x86_64
uid 0
init systemd
clock 1795000000
free_kb 976562500
sudo none
foreign runfile /usr/bin/nvidia-uninstall
foreign cuda /usr/local/cuda/bin/cuda-uninstaller
kernel 6.12.94-amd64
secure_boot 1
gpu 10de:1b06
gpu 10de:1b06
bridge 1af1
bridge nvlink5
dlbox end
"""


def test_a_box_says_what_it_is() -> None:
    assert parse_identity(BOX.splitlines()) == Identity(
        system="debian-13",
        arch="x86_64",
        uid=0,
        systemd=True,
        clock=1795000000,
        free_gb=1000.0,
        sudo="none",
        foreign=(
            Foreign("runfile", "/usr/bin/nvidia-uninstall"),
            Foreign("cuda", "/usr/local/cuda/bin/cuda-uninstaller"),
        ),
        pci_gpus=("10de:1b06", "10de:1b06"),
        bridges=("1af1", "nvlink5"),
        kernels=("6.12.94-amd64",),
        secure_boot=True,
    )


def test_a_bare_container_says_what_it_is() -> None:
    said = (
        "dlbox begin\nsystem ubuntu-24.04\narch aarch64\nuid 1000\ninit other\nclock 5\nfree_kb 0\nsudo free\n"
        "secure_boot 0\ndlbox end\n"
    )
    assert BoxIdentity().process(said.splitlines()) == Identity(
        system="ubuntu-24.04",
        arch="aarch64",
        uid=1000,
        systemd=False,
        clock=5,
        free_gb=0.0,
        sudo="free",
        foreign=(),
        pci_gpus=(),
        bridges=(),
        secure_boot=False,
    )


def test_what_a_box_does_not_say_of_its_boot_is_no_error() -> None:
    said = BOX.replace("kernel 6.12.94-amd64\n", "").replace("secure_boot 1\n", "")
    box = parse_identity(said.splitlines())
    assert (box.kernels, box.secure_boot) == ((), False)


@pytest.mark.parametrize(
    ("line", "instead", "cause"),
    [
        ("arch x86_64\n", "", "'arch'"),
        ("uid 0\n", "uid root\n", "invalid literal for int"),
        ("free_kb 976562500\n", "free_kb \n", "invalid literal for int"),
    ],
)
def test_a_box_that_cannot_be_made_out_is_an_error_with_its_lines(
    line: str, instead: str, cause: str
) -> None:
    said = BOX.replace(line, instead).splitlines()
    with pytest.raises(
        FactProcessError, match=f"cannot make out what the box is: {cause}"
    ) as error:
        BoxIdentity().process(said)
    assert str(error.value).endswith(f" in {said}")


def test_what_a_shell_prints_before_the_answer_is_no_part_of_it() -> None:
    box = parse_identity(["hello", "uid 1000", *BOX.splitlines(), "bye"])
    assert (box.uid, box.greeting) == (0, "hello uid 1000")
    with pytest.raises(Refused, match="its shell prints 'hello uid 1000' before every answer"):
        become_root(SimpleNamespace(data=SimpleNamespace()), box)  # type: ignore[arg-type]


@pytest.mark.parametrize("lines", [[], ["dlbox begin", "uid 0"], ["uid 0", "dlbox end"], ["x"]])
def test_an_answer_that_is_cut_short_is_no_answer(lines: list[str]) -> None:
    with pytest.raises(FactProcessError, match="the answer is not whole"):
        BoxIdentity().process(lines)


def test_a_box_is_asked_in_a_language_that_can_be_parsed() -> None:
    data = SimpleNamespace(get={}.get)
    become_root(SimpleNamespace(data=data), a_box())  # type: ignore[arg-type]
    assert vars(data)["_env"] == {"LC_ALL": "C"}
    assert IDENTITY.startswith("LC_ALL=C; export LC_ALL; echo 'dlbox begin'\n")


def test_a_box_says_where_it_is_and_what_is_not_its_own() -> None:
    more = (
        "wsl yes\ndisplay yes\nloaded 570.133.20\npassed 0000:02:00.0 10de:2204\n"
        "pcie 0000:01:00.0|10de:1b06|||||||||-1\npcie 0000:02:00.0|10de:2204|||||||||-1\ndlbox end"
    )
    box = parse_identity(BOX.replace("dlbox end", more).splitlines())
    assert (box.wsl, box.display, box.loaded) == (True, True, "570.133.20")
    assert box.passed == ("0000:02:00.0 10de:2204",)
    assert [slot.address for slot in box.slots] == ["0000:01:00.0"]
