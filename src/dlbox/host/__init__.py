"""What a box says about itself, and the operations that change it."""
