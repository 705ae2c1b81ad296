"""Signed apt repositories of stub packages, made in seconds and served to the boxes of the tests."""
