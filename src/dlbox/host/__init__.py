"""Facts about a box, and the operations that change it."""
