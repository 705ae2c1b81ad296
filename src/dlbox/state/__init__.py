"""The record of a box on the box itself, its generations, and drift."""
