"""What exists, which of it belongs to which ordinal, and what is missing."""
