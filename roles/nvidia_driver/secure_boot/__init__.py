"""With Secure Boot on: a module the kernel loads, signed by a key of the box's own."""
