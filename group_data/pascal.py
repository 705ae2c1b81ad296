"""Boxes with Pascal cards: GTX 1060 to 1080 Ti, Titan X and Xp, Tesla P4 to P100.

The catalogue knows this too. A group says it for people to read, and so that a box whose cards
were swapped unnoticed is told of it: settings that do not fit the cards are refused.
A cuDNN for these cards would be a line here, too: cudnn_version, 9.10 being the last that works.
"""

nvidia_driver_flavour = "proprietary"  # NVIDIA builds no open modules before Turing
