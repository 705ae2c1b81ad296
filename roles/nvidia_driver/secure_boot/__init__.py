"""With Secure Boot on: modules that the kernel loads, signed by the box's own key."""
