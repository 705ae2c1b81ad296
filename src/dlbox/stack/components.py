"""What the roles are given, layer by layer."""

from __future__ import annotations

from typing import Literal

from dlbox.stack.catalog_schema import Flavour, Row, Source


class KernelFault(Row):
    """An installed kernel that a driver's modules do not compile on."""

    kernel: str
    error: str
    """The compiler's first."""


class Driver(Row):
    """The kernel modules and the user space that goes with them."""

    branch: int
    version: str
    """In full, as last seen; what is asked of apt is ``pin``."""
    pin: str
    """What the packages' versions begin with."""
    flavour: Flavour
    source: Source
    module: str
    same: tuple[str, ...]
    own: tuple[str, ...]
    desktop: tuple[str, ...]
    cuda: str
    """The newest CUDA it knows by itself."""
    fails_on: tuple[KernelFault, ...] = ()
    """Of the box's kernels, the newest first."""

    @property
    def libcuda(self) -> str:
        """The package that holds libcuda.so.1."""
        return next(n for n in self.same if n.startswith(("libcuda1", "libnvidia-compute")))


class Fabric(Row):
    """Fabric Manager or NVLSM: packages of NVIDIA's repository."""

    packages: tuple[str, ...]
    pin: str
    """What their versions begin with; "": numbers of their own."""


class Compat(Row):
    """NVIDIA's user space of a newer driver over an older module."""

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
    """Where its bin/ lies: a path of the box, or, for wheels, a folder of their tree."""
    min_driver: int
    package: str | None = None
    lock: str | None = None
    disk_gb: float

    @property
    def major(self) -> int:
        """CUDA major, which cuDNN and NCCL must share."""
        return int(self.release.partition(".")[0])


class Library(Row):
    """cuDNN or NCCL, from one wheel."""

    cuda: int
    version: str
    lock: str
    package: str
    """Folder of the wheel that holds include/ and lib/."""
    disk_gb: float


class Framework(Row):
    """One framework's wheels and the CUDA libraries they bring along."""

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
