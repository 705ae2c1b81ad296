"""A package with a real one's name, version and relations, and next to nothing in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.archive.deb import Content, ar, tar_gz

SAYS = "STUB made by dlbox's tests; not {}"


@dataclass(frozen=True)
class Stub:
    """One package; paths in it are absolute, and what lies in /etc is a conffile."""

    name: str
    version: str
    architecture: str = "amd64"
    depends: tuple[str, ...] = ()
    recommends: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    source: str = ""
    files: Mapping[str, Content] = field(default_factory=dict)
    executables: Mapping[str, Content] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    """Path -> what the symbolic link there says."""
    scripts: Mapping[str, str] = field(default_factory=dict)
    """preinst, postinst, prerm, postrm."""
    maker: str = "NVIDIA's"
    """Whose package it is not."""

    @property
    def file(self) -> str:
        """Return the name of its .deb."""
        return f"{self.name}_{self.version.partition(':')[2] or self.version}_{self.architecture}.deb"

    def control(self) -> str:
        """Return its control fields."""
        fields = {
            "Package": self.name,
            "Source": self.source,
            "Version": self.version,
            "Architecture": self.architecture,
            "Maintainer": "dlbox tests <dlbox-tests@invalid>",
            "Section": "misc",
            "Priority": "optional",
            "Provides": ", ".join(self.provides),
            "Depends": ", ".join(self.depends),
            "Recommends": ", ".join(self.recommends),
            "Conflicts": ", ".join(self.conflicts),
            "Replaces": ", ".join(self.replaces),
            "Description": f"{SAYS.format(self.maker)} {self.name}",
        }
        return "".join(f"{name}: {said}\n" for name, said in fields.items() if said)


def build(stub: Stub, folder: Path) -> Path:
    """Write the package's .deb, in Python: a run of dpkg-deb for each would take far longer."""
    conffiles = "".join(f"{path}\n" for path in stub.files if path.startswith("/etc/"))
    libraries = any(".so" in path for path in stub.files)
    triggers = "activate-noawait ldconfig\n" if libraries else ""
    said = {"control": stub.control(), "conffiles": conffiles, "triggers": triggers}
    control = {name: text for name, text in said.items() if text}
    members = {
        "debian-binary": b"2.0\n",
        "control.tar.gz": tar_gz(control, stub.scripts, {}),
        "data.tar.gz": tar_gz(stub.files, stub.executables, stub.links),
    }
    deb = folder / stub.file
    deb.write_bytes(ar(members))
    return deb
