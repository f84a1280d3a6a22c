"""What is wrong: what rules look at, and what a rule finds."""
