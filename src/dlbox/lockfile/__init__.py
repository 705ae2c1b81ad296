"""Lock files: what a class of boxes is, to the byte."""
