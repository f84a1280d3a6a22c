"""The rules of `sfsgen check`, one a module, which is called as its rule and is its page."""
