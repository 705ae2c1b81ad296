"""The settings of NVIDIA's apt repository."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import field_validator

from dlbox.settings.model import RoleSettings, Scope, file_with


class NvidiaArchive(RoleSettings):
    """Settings of the nvidia_archive role."""

    role: ClassVar[str] = "nvidia_archive"

    url: Annotated[str | None, Scope.LOCATION] = None
    """Mirror of NVIDIA's repository, without the system's own folder (debian13 and so on) at
    the end. None: NVIDIA's own server."""

    key: Annotated[str | None, Scope.LOCATION] = None
    """File on the controller with the key (ASCII-armored) that signs the repository; a mirror
    that re-signs it has its own key. None: NVIDIA's own key, whose fingerprint is pinned."""

    @field_validator("url")
    @classmethod
    def _address(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("https://", "http://", "file:/")):
            msg = "is no address | write https://HOST/PATH, http://HOST/PATH or file:/PATH"
            raise ValueError(msg)
        return None if url is None else url.rstrip("/")

    _armored = field_validator("key")(
        file_with("-----BEGIN PGP PUBLIC KEY BLOCK-----", "ASCII-armored OpenPGP key")
    )
