"""What Kubernetes says: names, limits, quantities, versions, objects, what the binder compares."""
