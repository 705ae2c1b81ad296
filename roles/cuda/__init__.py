"""One or more CUDA toolkits side by side, a working nvcc first in PATH."""
