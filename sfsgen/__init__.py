"""sfsgen renders StatefulSets whose NFS volumes and claims are paired one to one by ordinal."""

__version__ = "0.1.0"
