"""Disposable container boxes that boot like machines, for the tests and for trying out a change."""
