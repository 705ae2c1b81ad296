"""Where things lie on the disk of every machine."""

from __future__ import annotations

ROOT_UUID = "4ea1f0c2-6b0d-4c3a-9a55-d1b0c0de0001"
ESP_UUID = "D1B0-0001"
MIB = 1024 * 1024
ESP_START = 1 * MIB
ESP_SIZE = 32 * MIB
ROOT_START = ESP_START + ESP_SIZE
GPT_TAIL = 1 * MIB
FSTAB = (
    f"UUID={ROOT_UUID} / ext4 errors=remount-ro 0 1\n"
    f"UUID={ESP_UUID} /boot/efi vfat umask=0077 0 0\n"
)


def partitions(size: int) -> str:
    """Return sfdisk's script for a disk of so many bytes."""
    root = size - ROOT_START - GPT_TAIL
    return (
        "label: gpt\nunit: sectors\nsector-size: 512\n"
        f"start={ESP_START // 512}, size={ESP_SIZE // 512}, type=U\n"
        f"start={ROOT_START // 512}, size={root // 512}, type=L\n"
    )
