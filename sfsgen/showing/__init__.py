"""Shows sets: which pod has which name, claim, volume and directory, and what is wrong with it."""
