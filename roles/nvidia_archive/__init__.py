"""NVIDIA's CUDA apt repository for stacks that need it: one pinned key, and it replaces no package."""
