"""cuDNN's headers and libraries for people who compile."""
