"""One version of the driver, and what its packages have in common whoever packs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.support.archive.libcuda import libcuda
from tests.support.archive.programs import DAEMON, NVIDIA_SMI, UNIT
from tests.support.archive.stub import Stub

LIBRARIES = "/usr/lib/x86_64-linux-gnu"
UNITS = "/usr/lib/systemd/system"


@dataclass(frozen=True)
class Driver:
    """A version of the driver as one archive packs it."""

    version: str
    """As NVIDIA writes it: 595.91.07."""
    revision: str
    """What the archive adds to it: 1ubuntu1."""
    source: str
    maker: str = "NVIDIA's"

    @property
    def branch(self) -> int:
        """Return 595 of 595.91.07."""
        return int(self.version.split(".")[0])

    @property
    def package(self) -> str:
        """Return the version of its packages."""
        return f"{self.version}-{self.revision}"

    def stub(self, name: str, *same: str, depends: tuple[str, ...] = (), **more: Any) -> Stub:
        """Return one of its packages; `same` are those it needs in its own version exactly."""
        needs = (*(f"{other} (= {self.package})" for other in same), *depends)
        given = {"source": self.source, "maker": self.maker, **more}
        return Stub(name, self.package, depends=needs, **given)

    def nvidia_smi(self) -> dict[str, str]:
        """Return the program, for the `executables` of the package that has it."""
        return {"/usr/bin/nvidia-smi": NVIDIA_SMI.format(version=self.version)}

    def libcuda(self) -> dict[str, Any]:
        """Return `files` and `links` of the package that has libcuda.so.1."""
        full = f"libcuda.so.{self.version}"
        return {
            "files": {f"{LIBRARIES}/{full}": libcuda(self.branch)},
            "links": {
                f"{LIBRARIES}/libcuda.so.1": full,
                f"{LIBRARIES}/libcuda.so": "libcuda.so.1",
            },
        }

    def daemon(self, name: str) -> dict[str, Any]:
        """Return `files` and `executables` of the package that has a daemon."""
        return {
            "files": {f"{UNITS}/{name}.service": UNIT.format(name=name)},
            "executables": {f"/usr/bin/{name}": DAEMON.format(name=name, version=self.version)},
        }

    def firmware(self) -> dict[str, str]:
        """Return the `files` of the package that has the cards' firmware."""
        return {f"/usr/lib/firmware/nvidia/{self.version}/gsp_ga10x.bin": "STUB\n"}

    def modules(self) -> dict[str, str]:
        """Return the `files` of a dkms package: a source tree that nothing builds.

        No stub depends on dkms or runs it, since boxes of the tests have no kernel to build for.
        """
        conf = f'PACKAGE_NAME="nvidia"\nPACKAGE_VERSION="{self.version}"\n# STUB\n'
        return {f"/usr/src/nvidia-{self.version}/dkms.conf": conf}
