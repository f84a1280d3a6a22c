"""What a KRM function gets and gives back."""
