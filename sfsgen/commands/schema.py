"""`sfsgen schema`: the JSON Schema of values files."""

import json
import sys


def schema() -> None:
    """Print the JSON Schema of values files, for editors and other tools.

    sfsgen schema > sfsgen.schema.json
    """
    from sfsgen import vocabulary

    sys.stdout.buffer.write(f"{json.dumps(vocabulary.schema(), indent=1)}\n".encode())
