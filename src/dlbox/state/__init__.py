"""What dlbox records on a box, and how the box differs from it."""
