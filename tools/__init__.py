"""Scripts about the program, beside it: what makes its data, and what tries to break it."""
