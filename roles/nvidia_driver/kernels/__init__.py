"""Ensure that every bootable kernel has a matching module, or cannot become the boot default."""
