"""What the catalogue's rows are read from: wheels, their METADATA, lists of cards, apt."""
