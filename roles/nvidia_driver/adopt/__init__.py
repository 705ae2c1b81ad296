"""Convert what NVIDIA's .run installers and other people's holds have left on a box."""
