"""Every path of a box, read independently of anything dlbox does."""

from __future__ import annotations

from dlbox.sandbox.container import Container

# What the kernel makes up, what is another file system, and what is nobody's.
NOT_OURS = "/proc /sys /dev /run /tmp /var/tmp /var/cache/dlbox /var/cache/apt /etc/hosts /etc/resolv.conf"
SCRIPT = f"""
skip=
for path in {NOT_OURS}; do skip="$skip -path $path -o"; done
find / -xdev \\( $skip -false \\) -prune -o -type f -print0 | xargs -0 -n 500 sha256sum -z |
  tr '\\0' '\\n' | sed 's/^\\([^ ]*\\)  \\(.*\\)/\\2\\tcontent \\1/'
find / -xdev \\( $skip -false \\) -prune -o -printf '%p\\t%y %m %U:%G %l\\n'
"""


def tree(box: Container) -> dict[str, str]:
    """Return path -> its type, mode, owner, target and content."""
    found: dict[str, str] = {}
    for line in box.run("sh", "-c", SCRIPT, timeout=900).stdout.splitlines():
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
