"""The directories of volumes, made on the servers that they lie on."""
