"""What makes the volumes of provisioners, or of a hand, a set's own."""
