"""`sfsgen schema`: the JSON Schema of values files."""

import json

from sfsgen.console import write_stdout


def schema() -> None:
    """Print the JSON Schema of values files, for editors and other tools.

    sfsgen schema > sfsgen.schema.json
    """
    from sfsgen.values import vocabulary

    write_stdout([f"{json.dumps(vocabulary.schema(), indent=1)}\n"])
