"""Looks with every rule, and tells what they find."""
