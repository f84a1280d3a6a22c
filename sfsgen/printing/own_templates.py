"""A user's own templates: read, compiled in a sandbox, and rendered within bounds."""

import os
import re
import signal
import stat
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from traceback import walk_tb
from types import FrameType
from typing import Any, TypeVar

import jinja2
from jinja2.compiler import CodeGenerator
from jinja2.loaders import split_template_path
from jinja2.parser import Parser

from sfsgen.documents.files import decoded
from sfsgen.plain_text import brief
from sfsgen.printing import unknown_names
from sfsgen.printing.isolation import MEGABYTES, SECONDS, DiedError, TooLongError, apart, bounded
from sfsgen.printing.sandbox import sandbox
from sfsgen.problems import InputError, Problem

_LONGEST = 1_000_000  # bytes of a template; the longest built-in one has 2,000
# Characters of an object; etcd, in which clusters keep them, takes this many bytes of a request.
_LARGEST = 3 * 2**19
_NO_FILES = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_MEND = "mend the template; docs/templates.md says what it may use"

T = TypeVar("T")


class TooLargeError(Exception):
    """A template prints more than a cluster could store."""


def source(path: Path) -> str:
    """Return a template's text. Raises InputError for what is no short file of UTF-8."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            kind = next((word for is_kind, word in _NO_FILES if is_kind(mode)), "no file")
            raise InputError(Problem(str(path), f"it is {kind}", "put a file there, or remove it"))
        with open(path, "rb", opener=_open_at_once) as file:  # a Path takes none
            data = file.read(_LONGEST + 1)
    except FileNotFoundError as error:
        what = "it is a link that leads nowhere"
        raise InputError(Problem(str(path), what, "mend the link, or remove it")) from error
    except OSError as error:
        what = f"it cannot be read: {error.strerror}"
        raise InputError(Problem(str(path), what, "let it be read, or remove it")) from error
    if len(data) > _LONGEST:
        what = f"it has more than {_LONGEST:,} bytes, too many for a template"
        raise InputError(Problem(str(path), what, "put a template there, or remove it"))
    return decoded(data, str(path))


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # a FIFO that has just come there would wait


def environment(folder: Path, built_in: jinja2.BaseLoader) -> jinja2.Environment:
    """Return the environment of the templates of a folder, which may include and extend ours."""
    return sandbox(jinja2.ChoiceLoader([_Loader(folder), built_in]))


def compiled(theirs: jinja2.Environment, path: Path) -> jinja2.Template:
    """Return a template of the folder. Raises InputError for one that cannot be compiled."""
    return _told(path, theirs, {}, lambda: theirs.get_template(path.name))


def renderer(theirs: jinja2.Environment, path: Path) -> Callable[..., str]:
    """Return the function that renders a template from its variables.

    It raises InputError for what cannot be compiled or rendered, with the template's file and line.
    It is to be called `within_bounds`, as `compiled` is.
    """

    def render(**variables: object) -> str:
        template = compiled(theirs, path)
        return _told(path, theirs, variables, lambda: _rendered(template, variables))

    return render


def within_bounds(folder: Path, work: Callable[[], T]) -> T:
    """Do what calls templates of a folder, and return its result.

    Raises InputError where the system had to end it, and whatever the work raises.
    """
    try:
        return apart(work)
    except DiedError as died:
        frames = re.findall(r'^ *File "(.*)", line ([0-9]+) in ', died.report, re.MULTILINE)
        places = [f"{file}:{line}" for file, line in frames if not file.endswith((".py", ">"))]
        # The report is in ASCII.
        where = (places or [""])[0].replace(ascii(str(folder))[1:-1], str(folder)) or str(folder)
        if died.took_too_long:
            what = f"a single operation takes more than {SECONDS:g} s"
            raise InputError(Problem(where, what, "compute with smaller values")) from died
        what = f"it crashes Python ({signal.strsignal(died.signal)})"
        raise InputError(Problem(where, what, "nest less, and hold less in memory")) from died


class _Loader(jinja2.BaseLoader):
    """Finds templates, and the parts that they include, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Return a text and where it stands."""
        del environment
        path = self.folder.joinpath(*split_template_path(template))
        if not os.path.lexists(path):
            raise jinja2.TemplateNotFound(template)
        return source(path), str(path), None


def _rendered(template: jinja2.Template, variables: Mapping[str, object]) -> str:
    """Return what a template prints. Raises whatever it raises, TooLargeError among it."""
    stream: Any = template.root_render_func(template.new_context(dict(variables)))
    length, pieces = 0, list[str]()
    for piece in stream:
        if not isinstance(piece, str):  # of a filter or macro that a whole block is given to
            stream.throw(TypeError(f"this prints text only, not {type(piece).__name__}"))
        length += len(piece)
        if length > _LARGEST:
            stream.throw(TooLargeError())
        pieces.append(piece)
    text = "".join(pieces)
    # Objects follow one another, each on lines of its own.
    return text if text.endswith("\n") else f"{text}\n"


def _told(
    path: Path,
    theirs: jinja2.Environment,
    variables: Mapping[str, object],
    work: Callable[[], T],
) -> T:
    """Do what a template does, within bounds. Raises InputError for whatever it raises."""
    try:
        return bounded(work)
    except InputError:
        raise
    except (Exception, TooLongError) as error:  # noqa: BLE001  # a template can raise anything
        problem = _problem(error, path)
        with suppress(Exception, TooLongError):  # as any error of a template, it may be odd
            look = partial(unknown_names.told, error, theirs, str(path.parent), variables)
            known = bounded(look)
            problem = problem._replace(what=brief(known[0]), fix=known[1]) if known else problem
        raise InputError(problem) from None


def _problem(error: BaseException, path: Path) -> Problem:
    where = _place(error, path)
    if isinstance(error, TooLongError):
        return Problem(where, f"it takes more than {SECONDS:g} s", "let it loop and compute less")
    if isinstance(error, MemoryError):
        return Problem(where, f"it takes more than {MEGABYTES} MB of memory", "let it hold less")
    if isinstance(error, TooLargeError):
        what = f"it prints more than {_LARGEST:,} characters, and a cluster stores no larger object"
        return Problem(where, what, "let it print less")
    if isinstance(error, RecursionError):
        what = "too deep a recursion: it nests too deep, or calls or includes itself without end"
        return Problem(where, what, "nest less, and include other templates only")
    return Problem(where, _words(error), _MEND)


def _words(error: BaseException) -> str:
    """Return what an error says, which may be anything of any length."""
    try:
        text = bounded(lambda: brief(str(error)))
    except (Exception, TooLongError):  # noqa: BLE001
        text = ""
    if isinstance(error, jinja2.TemplateNotFound) and error.name:
        return f'there is no template "{text}"'
    if isinstance(error, ValueError) and "integer string conversion" in text:
        return "an integer has more than 4,300 digits"
    is_plain = isinstance(error, jinja2.TemplateError)
    return text if text and is_plain else f"{type(error).__name__}: {text}"


def _place(error: BaseException, path: Path) -> str:
    """Return FILE:LINE of what a template was doing, or Jinja with it."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return f"{error.filename or path}:{error.lineno}"
    places = [(str(path), 1)]
    for frame, line in walk_tb(error.__traceback__):
        if "__jinja_template__" in frame.f_globals:
            places.append((frame.f_code.co_filename, line))
        else:
            places.append(_compiled(frame, *places[-1]))
    # Where a recursion happens to end is no more to blame than any other place in it.
    is_recursion = isinstance(error, RecursionError)
    file, line = Counter(places).most_common(1)[0][0] if is_recursion else places[-1]
    return f"{file}:{line}"


def _compiled(frame: FrameType, file: str, line: int) -> tuple[str, int]:
    """Return what Jinja is reading or making code of, or the place that is known already."""
    at_work = frame.f_locals.get("self")
    node = frame.f_locals.get("node", at_work)
    if isinstance(at_work, Parser) and hasattr(at_work, "stream"):
        return at_work.filename or file, at_work.stream.current.lineno
    if isinstance(at_work, CodeGenerator):
        file = at_work.filename or file
    return file, node.lineno if isinstance(node, jinja2.nodes.Node) else line
