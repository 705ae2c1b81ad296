"""Which driver, CUDA, cuDNN, NCCL and frameworks go together on a box, and why."""
