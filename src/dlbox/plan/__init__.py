"""Make a plan, which every role is given, from the settings and an observed box."""
