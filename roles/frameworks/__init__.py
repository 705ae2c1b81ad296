"""One venv per framework that fits the box's GPUs, with wheels locked by hash."""
