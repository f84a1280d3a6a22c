"""What mends a set, as something that can be carried out."""
