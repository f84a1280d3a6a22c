"""The rules of `sfsgen check`: functions that yield what they find, by what they are about."""
