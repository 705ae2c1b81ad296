"""Measurements on boxes; not a tier of CI, run by hand."""
