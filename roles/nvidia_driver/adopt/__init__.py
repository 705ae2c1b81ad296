"""Adopt what NVIDIA's .run installers and foreign holds have left on a box."""
