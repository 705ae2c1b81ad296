"""The boot trial: return to the previous driver and kernel if a change fails its first boot."""
