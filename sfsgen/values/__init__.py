"""What the user asks for: settings, the values file, and the model that they become."""
