"""A box, whichever roles it has: its identity, its facts, and how to change it."""
