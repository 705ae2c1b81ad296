"""Reboot a box when its driver needs it, not under people, and prove what came back."""
