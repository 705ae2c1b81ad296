"""Throw-away container boxes that boot like machines, for the tests and for trying a change."""
