"""The data that the roles receive, layer by layer."""

from __future__ import annotations

from typing import Literal

from dlbox.stack.catalog_schema import Flavour, Row, Source


class KernelFault(Row):
    """An installed kernel on which a driver's modules do not compile."""

    kernel: str
    error: str
    """The compiler's first error."""


class Driver(Row):
    """The kernel modules, and the user space that belongs to them."""

    branch: int
    version: str
    """The full version, as last seen; apt is given ``pin``."""
    pin: str
    """The prefix of the packages' versions."""
    flavour: Flavour
    source: Source
    module: str
    same: tuple[str, ...]
    own: tuple[str, ...]
    desktop: tuple[str, ...]
    cuda: str
    """The newest CUDA that the driver supports by itself."""
    fails_on: tuple[KernelFault, ...] = ()
    """The box's kernels on which the modules do not compile, the newest first."""

    @property
    def libcuda(self) -> str:
        """Return the name of the package that contains libcuda.so.1."""
        return next(n for n in self.same if n.startswith(("libcuda1", "libnvidia-compute")))


class Fabric(Row):
    """Fabric Manager or NVLSM, packages from NVIDIA's repository."""

    packages: tuple[str, ...]
    pin: str
    """The prefix of the packages' versions; "" means that they have their own numbering."""


class Compat(Row):
    """The user space of a newer NVIDIA driver, used over an older kernel module."""

    release: str
    package: str


class Python(Row):
    """The system's python3."""

    version: str


class Toolkit(Row):
    """A CUDA toolkit."""

    release: str
    source: Literal["distro", "wheels", "nvidia"]
    home: str
    """The folder that contains bin/: a path on the box or, for wheels, a folder in their
    tree."""
    min_driver: int
    package: str | None = None
    lock: str | None = None
    disk_gb: float

    @property
    def major(self) -> int:
        """Return the CUDA major version, which cuDNN and NCCL must share."""
        return int(self.release.partition(".")[0])


class Library(Row):
    """cuDNN or NCCL, from one wheel."""

    cuda: int
    version: str
    lock: str
    package: str
    """The folder of the wheel that contains include/ and lib/."""
    disk_gb: float


class Framework(Row):
    """The wheels of one framework release, and the CUDA libraries that they bring."""

    version: str
    variant: str
    lock: str
    locked: bool
    index: str | None
    cuda: str
    cudnn: str
    nccl: str
    archs: tuple[str, ...]
    min_driver: int
    disk_gb: float
