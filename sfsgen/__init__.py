"""sfsgen renders StatefulSets whose NFS volumes and claims are paired one to one by ordinal."""

__version__ = "0.1.0"
HOME = "https://github.com/sfsgen/sfsgen"
"""Where the project is: what it prints for others to follow leads there."""
