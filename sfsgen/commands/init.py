"""`sfsgen init`: a values file to start from."""

import sys
from pathlib import Path


def init() -> None:
    """Print a commented values file, which renders as it is.

    sfsgen init > web.yaml
    """
    sys.stdout.buffer.write(Path(__file__).parents[1].joinpath("values.yaml").read_bytes())
