"""The program's entry: from a command line to an exit status, whatever happens on the way."""

import gc
import os
import sys
from collections.abc import Sequence

from sfsgen import called, signals
from sfsgen.console import say
from sfsgen.problems import EXIT_STATUS

INTERRUPTED, CLOSED_PIPE = 130, 141  # as a shell reports signals


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit status; a failure is told on stderr."""
    try:
        # Imported here, so that Ctrl-C is quiet from the first moment on.
        if called.file_name() == called.COMPLETER:
            from sfsgen.kubectl_completion import run as invoke
        else:
            from sfsgen.cli import invoke

        status = invoke(arguments)
        if sys.stdout:
            sys.stdout.flush()
    except KeyboardInterrupt:
        say(f"{called.name()}: interrupted")
        return INTERRUPTED
    except SystemExit as ended:  # by another signal
        return ended.code if isinstance(ended.code, int) else EXIT_STATUS
    except BrokenPipeError:
        return CLOSED_PIPE
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        say(f"{called.name()}: error: {where}{error.strerror or error}")
        return EXIT_STATUS
    except Exception as error:  # noqa: BLE001  # status 1 would read as "found problems"
        say(f"{called.name()}: this is a bug: {type(error).__name__}: {error}")
        say("  fix: report it with the command line that you typed")
        return EXIT_STATUS
    return status


def main() -> None:
    """Run the program and end the process."""
    gc.disable()  # a run makes many objects and hardly any garbage
    signals.end_at_the_first()
    if sys.stderr is None:  # closed by the caller; print() would talk on stdout instead
        sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115  # until the process ends
    status = run(sys.argv[1:])
    os._exit(status)  # taking the modules down one by one would only cost time


if __name__ == "__main__":
    main()
