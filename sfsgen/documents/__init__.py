"""Text to plain data and back, each value with its line and column: knows no Kubernetes."""
