"""Every path of a box, read independently of anything dlbox does."""

from __future__ import annotations

from dlbox.sandbox.container import Container
from tests.support.snapshot import STAMP, look

# What the kernel makes up, what is another file system, and what is nobody's.
NOT_OURS = "/proc /sys /dev /run /tmp /var/tmp /var/cache/dlbox /var/cache/apt /etc/hosts /etc/resolv.conf"
SCRIPT = rf"""
skip=
for path in {NOT_OURS}; do skip="$skip -path $path -o"; done
find / -xdev \( $skip -false \) -prune -o -type f -printf '{STAMP}'
printf '\0'
find / -xdev \( $skip -false \) -prune -o -printf '%p\t%y %m %U:%G %l\n'
"""


def tree(box: Container) -> dict[str, str]:
    """Return path -> its type, mode, owner, target and content."""
    contents, lines = look(box, SCRIPT)
    found = {path: f"content {digest}" for path, digest in contents.items()}
    for line in lines:
        path, _, what = line.partition("\t")
        found[path] = " ".join(sorted(filter(None, (found.get(path, ""), what))))
    return found


def differing(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """Return the paths that came, went or changed."""
    return {path for path in {*before, *after} if before.get(path) != after.get(path)}


def packaged(box: Container, names: list[str]) -> set[str]:
    """Return the paths that packages of Debian's kind bring."""
    said = box.run("dpkg-query", "-L", *names, check=False).stdout
    # Debian's packages know of paths before /usr was merged.
    paths = {path for path in said.splitlines() if path.startswith("/")}
    return paths | {
        f"/usr{path}" for path in paths if path.startswith(("/bin", "/sbin", "/lib"))
    }
