"""The driver for the box's GPUs, the distribution's or NVIDIA's, and nothing that moves or replaces it."""
