"""NCCL's headers and library for people who compile."""
