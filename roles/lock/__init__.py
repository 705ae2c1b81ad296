"""What boxes of one class consist of, to the byte: written once, applied as often as wanted."""
