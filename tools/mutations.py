"""The small ways in which a module can be changed: an operator, a constant, a statement."""

import ast
import random
from collections.abc import Iterator
from typing import NamedTuple

_WIDTH = 60  # of a piece of source in the table

_TOO_LONG = "'a number is too long'"
_CUT = "…lse, emoji=False, width=width)"
_ESCAPED = "kind(loader=loader, undefined=…eload=False, autoescape=False)"
_PLAIN = "kind(loader=loader, undefined=…wline=True, auto_reload=False)"
_NOT_READ = "Manifest('', '', '', '', {'met…e, '', lambda *_: (1, 1)), ())"
_NOWHERE = "Document(None, '', lambda *_: (1, 1))"

# Survivors that do not matter: function, change, and why no test should notice.
_DOES_NOT_MATTER: dict[tuple[str, str], str] = {
    (
        "duplicate",
        "_is_another_volume(first, second) -> _is_another_volume(second, first)",
    ): "it compares both alike",
    ("invalid_name", "0 -> 1"): "0 and 1 are as long",
    ("_Sandbox._compile", "0 -> 1"): "nobody is told of a column",
    ("_Sandbox._compile", "1 -> 2"): "Python tells the line of each of these errors",
    (
        "source",
        "open(path, 'rb', opener=_open_at_once) -> open(path, 'rb')",
    ): "a FIFO would have to come there between two calls of the system",
    ("judge", "found -> True"): "it only takes longer",
    (
        "_key",
        (
            "(found.rule, found.severity, found.subject, found.what) -> "
            "(found.rule, found.severity, found.what)"
        ),
    ): "what is found names its object",
    ("service", "continue -> pass"): "nothing follows it in the loop",
    ("_meant", "return '' -> return None"): "who asks tells only whether there is one",
    ("print_in_colour", "False -> True"): "they are for texts, and it prints rich's own",
    (
        "print_in_colour",
        f"Console(file=sys.stdout, highl{_CUT} -> Console(file=sys.stdout, marku{_CUT}",
    ): "they are for texts, and it prints rich's own",
    ("inspect", "1 -> 2"): "no file has a number below 0",
    ("sarif", "2 -> 3"): "how far it is indented is for people",
    ("Finding.place", "1 -> 2"): "only options have no place, and no rule reads them",
    ("Finding.place", "'' -> 'x'"): "only options have no place, and no rule reads them",
    ("gaps", "ordinal > start -> ordinal >= start"): "an empty run is split into none",
    ("gaps", "ordinal > start -> True"): "an empty run is split into none",
    ("gaps", "start < wanted.stop -> start <= wanted.stop"): "an empty run is split into none",
    ("plan", "True -> False"): "both have one for each claim template",
    ("_storage_class", "'' -> 'x'"): "where there are no pairs it is not looked at",
    ("Cures._guarded", "self.inventory.holder(volume) -> False"): "who calls it has asked before",
    (
        "Fields._look",
        "self._look(field.inner, one, (*path, key, inner_key), found) -> pass",
    ): "no map of Kubernetes holds objects yet",
    (
        "Fields._field",
        "inner and 'properties' not in self._definitions[inner] -> False",
    ): "a quantity is never a mapping here: it was refused before",
    ("Inventory.wanting", "known is None -> True"): "it is remembered for speed alone",
    (
        "FreeVolumes.take_like",
        ":_LIKE_ENOUGH -> :",
    ): "it bounds the time, and what it finds is a guess",
    (
        "_status",
        "max(0, deadline - time.monotonic()) -> max(deadline - time.monotonic(), 0)",
    ): "the greater of two is the same in either order",
    (
        "_printed",
        "time.monotonic() > deadline -> time.monotonic() >= deadline",
    ): "no clock is so exact",
    ("claim_templates", "True -> False"): "there is one for each path",
    ("_storage", "return '' -> return None"): "a fault was noted, and no set is made of it",
    (
        "normalised",
        "path[:1] == '/' and '//' not i…in path) and (path[-1] != '/') -> False",
    ): "it is there for speed alone",
    ("normalised", ":1 -> :"): "it is there for speed alone",
    (
        "FreeVolumes.take_fitting",
        "'' -> 'x'",
    ): "what is looked for there has no size either, and then none is compared",
    ("InputError.__init__", "super().__init__(*problems) -> pass"): "Python keeps them by itself",
    ("mend", "break -> continue"): "where nothing changes, nothing does in the rounds after it",
    ("say", "True -> False"): "Python flushes stderr at the end of each line",
    ("tell", "0 -> 1"): "what stands in no file comes first by its empty name",
    ("_service_name", "return name -> return None"): "a fault was noted, and no set is made of it",
    ("_is_deep", "break -> pass"): "where no bracket is left, none is taken away",
    ("_is_deep", "break -> continue"): "where no bracket is left, none is taken away",
    (
        "_Source.no_number",
        "return self.not_json(start, 'a number is too long') -> return None",
    ): "a number that is refused is always found before",
    (
        "_Source.no_number",
        "'a number is too long' -> ''",
    ): "a number that is refused is always found before",
    (
        "_Source.no_number",
        f"self.not_json(start, {_TOO_LONG}) -> self.not_json({_TOO_LONG}, start)",
    ): "a number that is refused is always found before",
    ("", "(str, Any) -> (str,)"): "it is a type, for readers and type checkers",
    ("", "(str, Any) -> (Any,)"): "it is a type, for readers and type checkers",
    (
        "_Taken.behind",
        "max(at - 1, 0):at + 1 -> :at + 1",
    ): "the runs before end before the ordinal; they are left out for speed alone",
    (
        "_Taken.behind",
        "1 -> 2",
    ): "the runs before end before the ordinal, and of those behind the first counts",
    ("_within", "0 -> 1"): "a pattern without an ordinal gives the same for all",
    ("Schema.__init__", "self.plain |= {_NULL} -> pass"): "it is there for speed alone",
    ("Schema.__init__", "self.plain |= {_NULL} -> self.plain = {_NULL}"): "it is for speed alone",
    (
        "Schema.judging",
        "self.plain >= _ANYTHING -> self.plain > _ANYTHING",
    ): "a schema to which all is right finds nothing; it is left out for speed alone",
    ("_Members.__missing__", "self[key] = schema -> pass"): "it is remembered for speed alone",
    (
        "",
        f"{_NOT_READ} -> Manifest('', '', '', '', {{'met…(None, '', lambda *_: (1, 1)))",
    ): "nobody asks where NOT_READ stands",
    ("", "(1, 1) -> (1,)"): "nobody asks where NOT_READ stands",
    (
        "",
        f"{_NOWHERE} -> Document(None, lambda *_: (1, 1), '')",
    ): "nobody asks where NOT_READ stands",
    ("environment", f"{_ESCAPED} -> {_PLAIN}"): "it is Jinja's default too",
}

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_Conditional = ast.If | ast.IfExp | ast.While


class Site(NamedTuple):
    """A place in a tree where one thing can be changed."""

    kind: str
    line: int
    parent: ast.AST
    field: str
    position: int | None
    """Where in a field that is a list; None in another."""
    new: ast.AST | None
    """What comes in its place; None takes it out."""
    function: str


class Mutant(NamedTuple):
    """A module with one thing changed."""

    module: str
    line: int
    kind: str
    function: str
    change: str
    source: str

    @property
    def is_in_function(self) -> bool:
        """Whether it lies in a function, which can be changed in a module that is imported."""
        return self.function[-1:] not in ("", ".")

    @property
    def reason(self) -> str:
        """Why it does not matter that no test notices, or ""."""
        return _DOES_NOT_MATTER.get((self.function, self.change), "")


def sites(tree: ast.Module) -> Iterator[Site]:
    """Yield all that can be changed in a module, but for what changes no behaviour."""
    yield from _below(tree, "")


def _below(node: ast.AST, function: str) -> Iterator[Site]:
    for field, value in ast.iter_fields(node):
        if _is_inert(node, field):
            continue
        children = value if isinstance(value, list) else [value]
        for number, child in enumerate(children):
            if not isinstance(child, ast.AST) or _is_without_behaviour(child):
                continue
            index = number if isinstance(value, list) else None
            for kind, new in _changes(node, field, child):
                line = getattr(child, "lineno", getattr(node, "lineno", 0))
                yield Site(kind, line, node, field, index, new, function)
            # Positions and pieces of f-strings are not to be had; a whole one is emptied.
            if not isinstance(child, ast.JoinedStr):
                yield from _below(child, _named(child, function))
    yield from _taken_out(node, function)


def _named(node: ast.AST, function: str) -> str:
    """Return the name of the function that a node is in, with a point after that of a class."""
    if isinstance(node, ast.ClassDef):
        return f"{node.name}."
    if isinstance(node, ast.FunctionDef):
        return f"{function}{'.' * (function[-1:] not in ('', '.'))}{node.name}"
    return function


def _is_inert(node: ast.AST, field: str) -> bool:
    """Return whether what stands in a field is for readers and type checkers, or pure speed."""
    is_name = isinstance(node, ast.Call) and field == "func" and isinstance(node.func, ast.Name)
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Literal":
        return True
    return is_name or field in ("annotation", "returns", "decorator_list", "bases")


def _is_without_behaviour(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)  # a docstring
    if isinstance(node, ast.If):
        return "TYPE_CHECKING" in ast.unparse(node.test) or "__name__" in ast.unparse(node.test)
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]) in ("__slots__", "__all__")
    return isinstance(node, ast.Constant) and _is_punctuation(node.value)


def _is_punctuation(value: object) -> bool:
    """Return whether a text only parts others in a message, such as a comma."""
    return isinstance(value, str) and bool(value.strip(" ,;:.\n") == "" and value)


def _changes(parent: ast.AST, field: str, node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    """Yield the kinds of changes to a node, each with what comes in its place."""
    for change in (_of_operators, _of_constants, _of_statements):
        yield from change(node)
    is_condition = (isinstance(parent, _Conditional) and field == "test") or field == "ifs"
    if is_condition and isinstance(node, ast.expr):
        yield from _of_conditions(node, can_hang=isinstance(parent, ast.While))


def _of_operators(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARED:
        ops = [_COMPARED[type(node.ops[0])](), *node.ops[1:]]
        yield "comparison", ast.Compare(node.left, ops, node.comparators)
    elif isinstance(node, ast.BoolOp):
        other = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        yield "boolean", ast.BoolOp(other, node.values)
    elif isinstance(node, ast.UnaryOp):
        yield "not" if isinstance(node.op, ast.Not) else "arithmetic", node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in _COMPUTED:
        yield "arithmetic", ast.BinOp(node.left, _COMPUTED[type(node.op)](), node.right)
    elif isinstance(node, ast.AugAssign):
        yield "arithmetic", ast.Assign([node.target], node.value, lineno=node.lineno)


def _of_constants(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.JoinedStr):
        yield "text", ast.Constant("")
    elif isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, bool):
            yield "constant", ast.Constant(not value)
        elif isinstance(value, int):
            yield "constant", ast.Constant(value + 1)
        elif isinstance(value, str):
            yield "text", ast.Constant("" if value else "x")
        elif isinstance(value, bytes):
            yield "text", ast.Constant(b"" if value else b"x")


def _of_statements(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Continue | ast.Break):
        yield "loop", ast.Break() if isinstance(node, ast.Continue) else ast.Continue()
    if isinstance(node, ast.Expr):
        yielded = isinstance(node.value, ast.Yield | ast.YieldFrom)
        yield "yield" if yielded else "statement", ast.Pass()
    elif isinstance(node, ast.Continue | ast.Break | ast.Raise | ast.AugAssign):
        yield "loop" if isinstance(node, ast.Continue | ast.Break) else "statement", ast.Pass()
    elif isinstance(node, ast.Assign) and isinstance(
        node.targets[0], ast.Attribute | ast.Subscript
    ):
        yield "statement", ast.Pass()
    elif isinstance(node, ast.Return) and node.value is not None:
        if isinstance(node.value, ast.Compare | ast.BoolOp):
            yield "return", ast.Return(ast.UnaryOp(ast.Not(), node.value))
        elif ast.unparse(node.value) != "None":
            yield "return", ast.Return(ast.Constant(None))


def _of_conditions(node: ast.expr, *, can_hang: bool) -> Iterator[tuple[str, ast.AST]]:
    if not can_hang:
        yield "condition", ast.Constant(True)
    yield "condition", ast.Constant(False)
    # Of one comparison, or a `not`, the same is made as an operator.
    is_plain = isinstance(node, ast.Compare) and len(node.ops) == 1
    if not (is_plain or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))):
        yield "not", ast.UnaryOp(ast.Not(), node)


def _taken_out(node: ast.AST, function: str) -> Iterator[Site]:
    """Yield the changes to what a node consists of: arguments, slices, entries of a list."""
    line = getattr(node, "lineno", 0)
    if isinstance(node, ast.Call):
        for index in range(len(node.args)):
            yield Site("argument", line, node, "args", index, None, function)
        for index in range(len(node.keywords)):
            yield Site("argument", line, node, "keywords", index, None, function)
        for index in range(len(node.args) - 1):
            yield Site("swap", line, node, "args", index, node.args[index + 1], function)
    elif isinstance(node, ast.Slice):
        for field in (each for each, value in ast.iter_fields(node) if value):
            yield Site("slice", line, node, field, None, None, function)
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        is_target = isinstance(getattr(node, "ctx", None), ast.Store)
        for index in range(len(node.elts)) if len(node.elts) > 1 and not is_target else ():
            yield Site("entry", line, node, "elts", index, None, function)


def sample(module: str, source: str, size: int, seed: int) -> list[Mutant]:
    """Return some of a module's mutants: of every kind of change as many as of the others."""
    tree = ast.parse(source)
    unchanged = ast.unparse(tree)
    chance = random.Random(f"{module} {seed}")  # noqa: S311  # no secret
    by_kind: dict[str, list[Site]] = {}
    for site in sites(tree):
        by_kind.setdefault(site.kind, []).append(site)
    for found in by_kind.values():
        chance.shuffle(found)
    kinds = sorted(by_kind)
    chance.shuffle(kinds)
    made: dict[str, Mutant] = {}
    while len(made) < size and any(by_kind.values()):
        for kind in kinds:
            if by_kind[kind] and len(made) < size:
                mutant = _mutant(module, tree, by_kind[kind].pop())
                if mutant and mutant.source != unchanged:
                    made[mutant.source] = mutant
    return sorted(made.values(), key=lambda each: each.line)


def _mutant(module: str, tree: ast.Module, site: Site) -> Mutant | None:
    """Return a module with one thing changed, or None where that is no Python."""
    is_whole = site.new is None or site.kind == "swap"
    shown = site.parent if is_whole else _at(site)
    before, old = ast.unparse(shown), getattr(site.parent, site.field)
    setattr(site.parent, site.field, _with(old, site))
    try:
        source = ast.unparse(ast.fix_missing_locations(tree))
        after = ast.unparse(site.parent if is_whole or site.new is None else site.new)
        compile(source, module, "exec")
    except (SyntaxError, ValueError):
        return None
    finally:
        setattr(site.parent, site.field, old)
    change = f"{_short(before)} -> {_short(after)}"
    return Mutant(module, site.line, site.kind, site.function, change, source)


def _at(site: Site) -> ast.AST:
    value = getattr(site.parent, site.field)
    found: ast.AST = value if site.position is None else value[site.position]
    return found


def _with(old: object, site: Site) -> object:
    if site.position is None or not isinstance(old, list):
        return site.new
    after = old[site.position + 1 :]
    if site.kind == "swap":
        return [*old[: site.position], site.new, old[site.position], *after[1:]]
    return [*old[: site.position], *([site.new] if site.new else []), *after]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH // 2]}…{line[-_WIDTH // 2 :]}"
