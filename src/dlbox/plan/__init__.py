"""From settings and an observed box to what every role is given."""
