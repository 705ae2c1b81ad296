"""The state that each card is set to at every boot: power, clocks, modes, MIG layout."""
