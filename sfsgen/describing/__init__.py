"""What exists, said again: a set as a values file that renders it, and what that cannot say."""
