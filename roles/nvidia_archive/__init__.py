"""NVIDIA's CUDA apt repository, where the stack needs it: one pinned key, nothing taken over by it."""
