"""The commands: options in, exit status out, one module each."""
