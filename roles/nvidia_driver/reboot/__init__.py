"""Reboot a box if its driver needs it and no person is disturbed, and verify what came back."""
