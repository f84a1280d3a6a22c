"""Lines and columns of a text, as people count them."""

import re
from bisect import bisect_right

_LINE_END = re.compile(r"\r\n?|\n")


class Lines:
    """Where the lines of a text end; looked for once somebody has asked."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.ends: list[int] | None = None

    def place(self, index: int) -> tuple[int, int]:
        """Return the line and column of a character, or of the end of the text."""
        if self.ends is None:
            self.ends = [each.end() for each in _LINE_END.finditer(self.text)]
        before = bisect_right(self.ends, index)
        return before + 1, index - (self.ends[before - 1] if before else 0) + 1
