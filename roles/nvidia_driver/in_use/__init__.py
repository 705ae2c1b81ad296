"""Find the users of the GPU, and change the driver without harming their work."""
