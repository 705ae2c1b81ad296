"""The programs of the kernel guard, their paths on a box, and the hooks that call them."""

from __future__ import annotations

from pathlib import Path

from dlbox.shell import LIBRARY
from dlbox.stack.components import Driver
from dlbox.state.manifest import FileContent

HOME = "/opt/dlbox/driver"
PACKAGE = "/etc/dlbox/driver-package"
NOTICES = "/var/lib/dlbox/notices"
DKMS_NAMES = ("nvidia", "nvidia-current", "nvidia-current-open")
"""The names of the modules in dkms: those of NVIDIA's and Ubuntu's packages, and of Debian's
for either flavour."""

MOTD = f"""\
#!/bin/sh
# Written by dlbox: what the owner of this box should know.
cat {NOTICES}/* 2>/dev/null || true
"""


def programs(driver: Driver) -> dict[str, FileContent]:
    """Return path -> file of everything that the kernel guard needs on a box."""
    own = {
        # In the order in which they are written: each reads those before it.
        f"{HOME}/lib.sh": FileContent(LIBRARY),
        f"{HOME}/kernels": FileContent(_own("kernels")),
        PACKAGE: FileContent(f"{driver.libcuda}\n"),
    }
    names = ("compile", "try-modules", "kernel-guard")
    own |= {f"{HOME}/{name}": FileContent(_own(name), "755") for name in names}
    own |= {f"/etc/dkms/{name}.conf": FileContent(_own("override.conf")) for name in DKMS_NAMES}
    for folder in ("postinst.d", "header_postinst.d"):
        # run-parts sorts by name: these run before dkms, and after zz-update-grub.
        own[f"/etc/kernel/{folder}/0-dlbox"] = _hook("try-modules kernel")
        own[f"/etc/kernel/{folder}/zzz-dlbox"] = _hook("kernel-guard choose")
    own["/etc/kernel/postrm.d/zzz-dlbox"] = _hook("kernel-guard choose")
    return own | {"/etc/update-motd.d/60-dlbox": FileContent(MOTD, "755")}


def _own(name: str) -> str:
    return (Path(__file__).parent / "programs" / name).read_text(encoding="utf-8")


def _hook(words: str) -> FileContent:
    # A hook that fails would leave the kernel's package half-configured.
    program = f"{HOME}/{words.partition(' ')[0]}"
    return FileContent(
        "#!/bin/sh\n# Written by dlbox.\n"
        f'[ -x {program} ] || exit 0\n{HOME}/{words} "$1" || echo "dlbox: {words} failed" >&2\n',
        "755",
    )
