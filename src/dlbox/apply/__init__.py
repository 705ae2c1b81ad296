"""Carry out a plan on a box, and write its record."""
