"""The distribution's driver for the box's GPUs, and nothing that moves or replaces it."""
