"""Where a value stands inside a document: the keys and indexes that lead to it."""

Path = tuple[str | int, ...]


def spelled(path: Path) -> str:
    """Return a path as people write it: `claimTemplates[0].storage`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "the document"
