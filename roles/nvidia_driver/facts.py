"""What a box says about its kernels, as far as the driver cares."""

from __future__ import annotations

from typing import Any

from typing_extensions import override

from roles.box.answers import Lines


class LackingHeaders(Lines):
    """Header packages of the box's kernels that are not installed and that apt can bring, and dkms.

    DKMS builds for a kernel only where its headers are; with those of its metapackage the next
    kernel's come along. A kernel that the archive has dropped, or
    that is nobody's package, has none to bring; a container has no kernel of its own.
    """

    @override
    def command(self, *args: Any, **kwargs: Any) -> str:
        return (
            "dpkg-query -W -f '${Package} ${db:Status-Abbrev}\\n' 'linux-image-*' 2>/dev/null | "
            "while read -r image status; do case $status in *i) "
            'headers="linux-headers-${image#linux-image-}"; '
            'dpkg-query -W "$headers" >/dev/null 2>&1 || '
            'if apt-cache show "$headers" >/dev/null 2>&1; then echo "$headers"; fi ;; '
            "esac; done; "
            "if ls /boot/vmlinuz-* >/dev/null 2>&1 && ! command -v dkms >/dev/null; then "
            "echo dkms; fi"
        )
