"""The way back to the driver and the kernel before a change that does not stand its first boot."""
