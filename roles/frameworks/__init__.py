"""One venv per framework, wheels by hash, that fits the box's GPUs."""
