"""`sfsgen init`: a values file to start from."""

from pathlib import Path

from sfsgen.console import write_stdout


def init() -> None:
    """Print a commented values file, which renders as it is.

    sfsgen init > web.yaml
    """
    write_stdout(
        [Path(__file__).parents[1].joinpath("values/values.yaml").read_text(encoding="utf-8")]
    )
