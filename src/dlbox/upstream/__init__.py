"""Read the sources of the catalogue's rows: wheels, their METADATA, lists of cards, apt."""
