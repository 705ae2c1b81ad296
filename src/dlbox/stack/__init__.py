"""Solve which driver, CUDA, cuDNN, NCCL and frameworks fit a box, and explain the choice."""
