"""The driver for the box's GPUs, from the distribution or NVIDIA, kept from being moved or replaced."""
