"""The model as objects on stdout or in files, through the templates."""
