"""What gives a set another place, size, name, namespace or cluster."""
