"""What every role shares about a box: its identity, its facts, and how to change it."""
