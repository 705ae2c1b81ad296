"""One or more CUDA toolkits side by side, with a working nvcc first in PATH."""
