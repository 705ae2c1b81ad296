"""Lock files: what a box gets, to the byte."""
