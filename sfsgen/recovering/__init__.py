"""What brings every ordinal of a set back to its own volume."""
