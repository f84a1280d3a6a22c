"""Plans: what is done to sets, in which order, on what conditions, and what that costs."""
