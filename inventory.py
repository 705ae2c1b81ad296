"""The default inventory: this machine."""

boxes = ["@local"]
