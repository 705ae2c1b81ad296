"""Carry a plan out on a box and write the record."""
