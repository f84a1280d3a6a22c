"""Runs command lines in a program that is one file: `python -I -S from_zip.py FILE < JOBS`.

Nothing installed helps it. The jobs are `[folder, arguments]` each, as JSON, and so is what it
prints: the exit status, stdout and stderr of each.
"""

import contextlib
import io
import json
import os
import sys


def main() -> None:
    """Run the jobs, and print how each ended."""
    sys.path.insert(0, sys.argv[1])
    from sfsgen.__main__ import run

    ended = []
    for folder, arguments in json.load(sys.stdin):
        os.chdir(folder)
        printed = io.BytesIO()
        out = io.TextIOWrapper(printed, encoding="utf-8", newline="")
        err = io.StringIO()
        sys.argv = ["sfsgen", *arguments]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = run(arguments)
            out.flush()
        ended.append((status, printed.getvalue().decode(), err.getvalue()))
    foreign = [name for name, each in sys.modules.items() if "-packages" in str(each)]
    json.dump({"ended": ended, "foreign": foreign}, sys.stdout)


if __name__ == "__main__":
    main()
