"""Texts that YAML and JSON readers read in different ways: a table of some thousands, generated.

In the literals, ⏎ stands for a line feed, ␍ for a carriage return and ⇥ for a tab.
"""

from collections.abc import Iterator
from itertools import product

HEAD = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: NAME}\n"
ANCHORS = f"{HEAD}m: &m {{a: 1, b: 1}}\nn: &n {{b: 2, c: 2}}\nl: &l [*m, *n]\ns: &s x\n"
JSON = '{"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "NAME"}, "v": %s}'


def _words(text: str) -> list[str]:
    return text.split()


def _lines(text: str) -> list[str]:
    signs = str.maketrans("⏎␍⇥", "\n\r\t")
    return [line.translate(signs) for line in text.strip("\n").split("\n")]


# Scalars

_DIGITS = (
    *_words(
        "0 1 00 01 010 0777 08 089 0_7 1_000 1__0 1_ _1 0x1F 0X1f 0x 0xg 0x_1 0b11 0B11 0b2 0b"
    ),
    *_words(
        "0o17 0O17 0o8 0o 0b-11 0b+11 1.5 1.50 .5 5. 2.0 0.0 08.5 .5_0 ._5 .5_ 1_0.5_0 1e3 1E3"
    ),
    *_words("1e+3 1E-1 1.e3 .5e3 .e3 1e e3 1e3.5 5e575 1e308 1e309 1e-400 .5e400 1.2.3 1.5e3 1e21"),
    *_words("9223372036854775807 9223372036854775808 18446744073709551615 99999999999999999999"),
    *_words(
        "0x7fffffffffffffff 0x8000000000000000 0xffffffffffffffff 0x10000000000000000 4.9e-324"
    ),
    *_words("0777777777777777777777 07777777777777777777777777 123456789012345678 1e22 1:30 1:2.5"),
    *_words("4.802871988533015e+16 9223372036854775809 9.3e18 9.1e18 90071992547409930.0"),
    *_words("0.30000000000000004 190:20:30 1,000 1f 0x1p4 1p3 .inf .Inf .INF .iNF .nan .NaN .NAN"),
    *_words("inf nan Infinity NaN . .."),
    *("", "0b1" + "0" * 63, "0b1" + "0" * 64, "1" * 400, "9" * 5000, "0x" + "0" * 30 + "1"),
)
NUMBERS = [f"{sign}{digits}" for sign, digits in product(("", "+", "-"), _DIGITS)]
WORDS = [
    form
    for word in _words("y n yes no on off true false null none nil t")
    for form in (word, word.capitalize(), word.upper(), word[:-1] + word[-1].upper())
]
TEXTS = [
    *_words(
        "~ ~a = << 2001-01-01 2001-1-1 2001-01-01T00:00:00Z 2001-13-45 192.168.20.128 1Gi 500m"
    ),
    *_words(
        "a#b a:b a: :a -a ?a @a `a %a !a &a *a é 😀 ٣ a\ufeffb \\ \\/ \\n a\\ a'b a\"b ' \" 'a \"a"
    ),
    *_words("[a a] {a a} | > |- a| a> :// http://a/b?c=d#e ... \x7f \x01 \ufffe a\x00b"),
    *_lines(
        "2001-01-01 00:00:00\na b\na  b\na # b\na: b\n"
        "- a\n? a\na, b\n--- a\na⇥b\na⇥\n⇥a\na ⇥# b\na: ⇥b\n'a' b\n'a': b"
    ),
    *("a\N{NO-BREAK SPACE}b", "\x85", "a\u2028b", "a\u2029", "\ufeffa"),
]
SCALARS = [*NUMBERS, *WORDS, *TEXTS]
QUOTED = [
    *(f'"a\\{character}b"' for character in map(chr, range(0x20, 0x7F))),
    *(
        f'"\\{escape}"'
        for escape in _words("x41 x4 x4g x00 xff u00e9 u00 ud800 udfff ud83d\\ude00")
    ),
    *(f'"\\{escape}"' for escape in _words("ufffe u2028 U0001F600 U00110000 UFFFFFFFF U0000d800")),
    *(f"{quote}{text}{quote}" for text in TEXTS for quote in "'\""),
    *_lines(
        r"""
'it''s'
''''
''
""
"a" b
"a"#b
"a" # b
'a'b
"⏎ a⏎"
"⇥a⇥"
"a⏎  b"
"a⏎⏎  b"
"a ⏎  b"
"a\⏎  b"
"a\⏎⏎  b"
"a \⏎  \ b"
"a⏎---⏎b"
"a⏎  --- b"
"a⏎...⏎b"
"a⏎b"
"a␍  b"
"a\␍⏎  b"
"\⇥"
"\é"
"\
'a⏎  b'
'a⏎⏎  b'
'a ⏎  b'
'⏎ a⏎'
'a⏎---⏎b'
'a⏎b'
'a␍⏎  b'
a⏎  b
a⏎⏎  b
a ⏎  b
a⏎b
a⏎  # b
a⏎  b # c
a⏎  b: c
a⏎  - b
"""
    ),
]
TAGGED = [
    f"{tag}{value}"
    for tag in _words("!!str !!int !!float !!bool !!null ! !!binary !x !!timestamp")
    for value in _lines(
        ' 1\n "2"\n 2.5\n yes\n ~\n \n x\n 2001-01-01\n[]\n [1]\n {a: 1}\n &a 3\n⇥1'
    )
] + _lines(
    """
!!map {a: 1}
!!seq [1]
!!map [1]
!!set {a, b}
!!omap [a: 1]
!<!x> 1
!<> 1
!<tag:yaml.org,2002:int> '3'
!yaml!int 3
!!int 0x10
!!int 1_000
!!int 08
!!int 99999999999999999999
!!float 18446744073709551615
!!float .inf
!!merge <<
!!python/object:os.system x
!! 1
!!!str 1
!a!b 1
!a,b 1
!a] 1
!é 1
"""
)
_BLOCK_HEADS = (
    "",
    "-",
    "+",
    "2",
    "2-",
    "-2",
    "+2",
    "1",
    "0",
    "9",
    "10",
    " # a",
    "#a",
    " a",
    "\t",
    "--",
)
BLOCKS = [
    f"{style}{head}\n{text}"
    for style, head, text in product(
        "|>",
        _BLOCK_HEADS,
        _lines("  a⏎\n  a⏎   b⏎  c⏎\n⏎⏎  a⏎⏎  b⏎⏎⏎\n   a⏎  b⏎\n\n⏎\n  ⇥a⏎"),
    )
] + _lines(
    """
|⏎  a⏎ b⏎
|⏎  a⏎b⏎
|⏎  a⏎  # b⏎
|⏎  a⏎# b⏎
|⏎   ⏎  a⏎
|⏎ ⏎  a
|⏎⇥a⏎
|⏎  a⏎⇥b⏎
|⏎  a
|+⏎  a
|-⏎  a⏎⏎
|⏎  a␍⏎  b␍⏎
|␍  a␍
>⏎  a⏎  b⏎⏎  c⏎
>⏎  a⏎    b⏎  c⏎
>⏎  a⏎⏎⏎  b⏎
>+⏎  a⏎⏎
>-⏎  a⏎⏎
|⏎  ---⏎
|⏎---⏎
|⏎...⏎
|⏎  a: b⏎  - c⏎
&b |⏎  a⏎
!!str |⏎  1⏎
"""
)

# Structures

FLOWS = _lines(
    r"""
[]
{}
[ ]
[a, b]
[a, b,]
[a,, b]
[,]
[a b, c]
[a
{a: b
[a]]
{a: b}}
{a: b, c: d}
{a: b, c: d,}
{a, b}
{a: , b: }
{a:, b}
{a:b}
{a: b:c}
{image: nginx:1.29}
[http://a/b]
[a:b, c]
[a: b]
[a: b, c: d]
[? a : b]
{? a : b}
{? a, b}
[a?b]
[a ?b]
[?a]
[:a]
[a:]
["a":b]
{"a":b}
{"a": b}
{'a':b}
{"a" : b}
[-]
[- a]
[-a]
[a - b]
[#a]
[a #b⏎]
[a#b]
[a, # b⏎ c]
[a,⏎b]
[a,⏎- b]
{a: 1,⏎ b: 2}
{a⏎ : b}
{a:⏎  b}
[[a], [b, [c]]]
{a: {b: {c: d}}}
{a: [b, {c: d}]}
[{a: 1}, {a: 2}]
[[]: a]
{[a]: b}
{{a: b}: c}
[|]
[>]
[a|b]
[%a]
[@a]
[a@b]
[&x a, *x]
[&x a, *x , *y]
[*s]
{*s : a}
{a: *s}
{&x a: *x}
[!!str 1, !!int '2']
[1, 0x10, 1e3, yes, ~, , ]
{yes: no}
[a⇥b]
[⇥a⇥,⇥b⇥]
{a:⇥b}
["a⏎ b"]
[a⏎ b]
[a]b
{a: b}c
[a] # b
[a]#b
[---]
[--- a]
[a,---]
[⏎---⏎]
{"a\'b": "\'"}
{"a\/b": c:d}
"""
)
KEYS = [
    *_words(
        "a 'a' \"a\" 1 0x10 010 yes null ~ '' 1.5 2.0 1e3 .inf 9223372036854775807 -1 = << '<<'"
    ),
    *_words("9223372036854775808 a:b a#b ?a -a [a] é 2001-01-01 | @a %a 08 1_000 0.1 -0 -0.0 *s"),
    *_lines(
        "a b\n? a\n- a\n{a: b}\n!!str 1\n!!int '1'\n!!float 1\n!!binary aGk=\n!x a\n&k a\n*s \n*m "
    ),
    *_lines('*z \na \na⇥\n⇥a\n"a\\nb"\n"a⏎  b"\na⏎  b\n! 1\n!!int x\n!!null x\n!!bool yes\n&k 1'),
    *("k" * 1020, "k" * 1030),
]
MERGES = _lines(
    """
<<: *m
b: 0⏎<<: *m
<<: *m⏎b: 0
b: 0⏎<<: *m⏎b: 3
<<: *m⏎<<: *n
<<: *n⏎<<: *m
<<: [*m, *n]
<<: [*n, *m]
b: 0⏎<<: [*m, *n]
<<: *m⏎b: 0⏎<<: *n
a: 0⏎<<: *m⏎b: 0⏎<<: *n⏎c: 0
<<: *l
<<: [*l]
<<: [[*m]]
<<: *s
<<: *z
<<: x
<<: 'x'
<<: 1
<<:⏎
<<: ~
<<: []
<<: {}
<<: [{}]
<<: [~]
<<: {b: 3}
b: 0⏎<<: {b: 3}
<<: {b: 3}⏎b: 0
<<: {<<: *m, b: 3}
<<: {b: 3, <<: *m}
b: 0⏎<<: {<<: {b: 4}}
<<: [{b: 3}, *m]
<<: [*m, {b: 3}]
<<:⏎- *m⏎- *n
<<:⏎  b: 3
d: {<<: *m}
d: {<<: *m, b: 0}
d: {b: 0, <<: *m}
d: [{<<: *m}]
d: [<<: *m]
d: {<<}
'<<': *m
"<<": *m
!!merge <<: *m
!!merge '<<': *m
!!merge b: *m
!!str <<: *m
!!int <<: *m
! <<: *m
! '<<': *m
!x <<: *m
? <<⏎: *m
&k <<: *m
&k <<: *m⏎*k : x
<< : *m
<<: &k {b: 3}⏎d: *k
<<: &k [*m]
<<: !!map {b: 3}
<<: !x {b: 3}
b: {p: 1}⏎<<: {b: {q: 2}}
b: [1]⏎<<: {b: [2]}
<<: *m⏎b:
1: x⏎<<: {2: y}
<<: {a: 5}⏎<<: {a: 6}⏎<<: {a: 7}
d: &d {b: 0, <<: *m}⏎e: {<<: *d, <<: *n}
d: &d [*m]⏎e: *d
d: &d {<<: *d}
d: &d [*d]
d: &d {e: {f: *d}}
d: &s y⏎e: *s
d: *s⏎e: &s y⏎f: *s
d: &d {x: &d z, p: *d}⏎e: *d
d: &d⏎e: *d
d: *s : 1
&x *s : 1
*m : 1
d: &d !!int '3'⏎e: *d
d: !!int &d '3'⏎e: *d
d: & x
d: * x
d: &é x
d: &a-b_1 x⏎e: *a-b_1
d: &a.b x
d: *s.b
d: *s,
- *m
d:⏎- &d x⏎- *d
? *s⏎: x
"""
)
STRUCTURES = _lines(
    """
a: 1⏎b: 2
a: 1⏎ b: 2
 a: 1⏎b: 2
a:⏎- b⏎- c
a:⏎  - b⏎  - c
a:⏎- b⏎c: d
- a⏎- b
- a⏎b: c
-⏎  a
- - a⏎  - b
- a: b⏎  c: d
- a: b⏎ c: d
-a
-⇥a
a: 1⏎a: 2
a: {b: 1, b: 2}
1: a⏎'1': b
true: a⏎yes: b
a:⏎⇥b: c
a: b⏎⇥c: d
? a⏎: b
? a
? a⏎? b
: a
? - a⏎: b
? |⏎  a⏎: b
?⏎  a⏎:⏎  b
a: ? b⏎   : c
a: b: c
a: - b
a: 'b': c
a:⏎  b⏎ c
a:⏎⏎⏎  b
a: # b⏎  c
a:#b
# a
a⏎: b
a:⏎  # b⏎  c: d⏎ # e⏎  f: g
'a' : b
a : b
a:⇥b
a⇥: b
a: b⇥
a: b ⇥# c
a: &x⏎b: *x
a: &x⏎  b: c⏎d: *x
a: !!map⏎  b: c
a: !!str⏎b: c
a: &x !!str⏎b: *x
a: >-⏎  b⏎c: |⏎  d⏎
a: [b⏎]⏎c: d
a: {b: c⏎}⏎d: e
[a, b]: c
{a: b}: c
]
}
a: b⏎...
a: b⏎...⏎# c
a: b⏎... # c
a: b⏎...⇥# c
a: b⏎...⏎c: d
a: b⏎...c
a: b⏎...⏎...⏎
a: b⏎...⏎}
a: b⏎...⏎⇥
a: b⏎%YAML 1.1
a: b⏎%YAML 1.2
a: b⏎...⏎%YAML 1.2
a: b⏎%A
a: b⏎...⏎%A
a: b⏎---
a: b⏎---⏎
a: b⏎--- # c
a: b⏎---#c
a: b⏎--- c
a: b⏎--- {}
a: b⏎---c
a: b⏎----
a: b⏎---⇥⏎
a: b⏎---\x0c⏎
a: b⏎---\xa0⏎
a: b⏎---\x1f⏎
a: b⏎ ---⏎
a: b⏎---⏎---⏎
a: b⏎---⏎#⏎---⏎
a: b⏎---⏎~⏎
a: b⏎---⏎null⏎
a: b⏎---⏎''⏎
a: b⏎---⏎[]⏎
a: b⏎---⏎{}⏎
a: b⏎---⏎3⏎
a: b⏎---⏎⇥⏎
a: b⏎---⏎--- ⏎⇥⏎---⏎
a: b⏎---⏎...⏎
a: b⏎---⏎%YAML 1.1⏎---⏎
a: b⏎...⏎%YAML 1.1⏎---⏎
a: b⏎---⏎---⏎%YAML 1.1⏎---⏎
"""
)


def _value(text: str) -> str:
    return f"{HEAD}v: {text}\n"


def _indented(text: str, head: str) -> str:
    """Return a structure as the value of v, as far as it does not end its document."""
    body = text.replace("\n", "\n  ")
    for outside in ("---", "...", "%"):
        body = body.replace(f"\n  {outside}", f"\n{outside}")
    return f"{head}v:\n  {body}\n"


# Files

_ENDS = (
    "",
    "\n",
    "\n\n",
    "\n---\n",
    "\n...\n",
    "\n# c",
    "\n \n",
    "\n\t\n",
    "\r",
    "\r\n",
    "\x85",
    "\u2028",
)
_LINE_ENDS = ("\r", "\r\n", "\r\r\n", "\n\r", "\x85", "\u2028", "\u2029", "\x0b", "\x0c")
_BETWEEN = ("---\n", "--- # c\n", "---\n---\n", "...\n", "...\n---\n", "---\n# c\n---\n", "")
_BEFORE = (
    *_lines(
        "---⏎\n--- # c⏎\n---#c⏎\n---⇥⏎\n---\xa0⏎\n--- {}⏎\n---x⏎\n%YAML 1.1⏎---⏎\n%YAML 1.2⏎---⏎"
    ),
    *_lines(
        "# c⏎%YAML 1.1⏎---⏎\n%TAG ! x⏎---⏎\n%A⏎\n---⏎%YAML 1.1⏎---⏎\n---⏎%A⏎---⏎\n%YAML 1.1␍---␍"
    ),
    *_lines(
        "%YAML 1.2␍---␍\n...⏎\n\ufeff\n"
        "\ufeff\ufeff\n\ufeff\ufeff\ufeff\n\ufeff---⏎\n\ufeff---⏎\ufeff"
    ),
    *_lines("⏎⏎\n ⏎\n⇥⏎"),
)
_BETWEEN_MARKS = ("---\n\ufeff", "\ufeff---\n", "---\n\ufeff\ufeff", "\ufeff", "\ufeff# c\n")


def _streams() -> Iterator[str]:
    """Yield files of several documents, with all that may stand around them."""
    one, other = f"{HEAD}v: 1\n", f"{HEAD}v: 2\n"
    for between in _BETWEEN:
        yield f"{one}{between}{other}"
        yield f"---\n{one}{between}{other}...\n"
        yield f"# c\n\n{one}{between}{other}---\n"
        yield from (f"{one}{between}{other}".replace("\n", end) for end in ("\r", "\r\n"))
    yield from (f"{before}{other}" for before in _BEFORE)
    yield from (f"{one}{between}{other}" for between in _BETWEEN_MARKS)
    for end in _LINE_ENDS:
        yield one.replace("\n", end)
        yield f"{HEAD}v: |{end}  a{end}  b{end}"
        yield f"{HEAD}v: a{end}  b{end}"
        yield f'{HEAD}v: "a{end}  b"{end}'
        yield f"{HEAD}# a{end}v: 1{end}"
    yield from (
        "",
        "\n",
        " ",
        "# c\n",
        "---\n",
        "~\n",
        "---\n---\n",
        "null",
        "\ufeff",
        "...\n",
        "\t",
    )
    yield from (f"{HEAD}v: 1{end}" for end in _ENDS)
    yield from (f"{HEAD}v: |+\n  a{end}" for end in _ENDS)
    yield f"{HEAD}v: \udcff\n"  # a byte that is not UTF-8


_JSON_VALUES = (
    *_words("1 -1 1.5 2.0 1e3 1E+3 -0 -0.0 01 +1 .5 5. 0x1 1_0 1e308 1e309 1e400 -1e400 1e-400"),
    *_words("4.802871988533015e+16 9.1e18 9.3e18 -9.2233720368547758e18"),
    *_words("9223372036854775807 9223372036854775808 18446744073709551615 -9999999999999999999999"),
    *_words(
        'NaN Infinity -Infinity inf true false null True yes a \'a\' "" "a" "a [] {} [1,] [,1]'
    ),
    *(f'"\\{character}"' for character in "abcefnrtuvxU0/\\'\"N _"),
    *_words(
        r'"\u0041" "\u00" "\ud83d\ude00" "\ud83d" "\ude00\ud83d" "\u0000" "😀" {"a":1,} {"":1}'
    ),
    *_words('{"a":1,"a":2} {"<<":{"a":1},"a":2} {"A":1,"a":2} {1:2} [[[[]]]] [1} 1} "\ufeff"'),
    *_lines(
        '"⇥"\n"a⏎b"\n{"a" 1}\n{a: 1}\n{\'a\': 1}\n[1 2]\n[1, 2]\n[⏎1⏎]\n1 # c\n1 /* c */\n{"a":⇥1}'
    ),
    *('"\x7f"', '"\x01"', '"\x85"', '"\u2028"', "1\x0c", "9" * 400, "9" * 5000),
)
_JSON_BETWEEN = (
    "",
    " ",
    "\n",
    "\n---\n",
    "---",
    ",",
    "\n...\n",
    "\n# c\n",
    " null ",
    "[]",
    " 3 ",
    "x",
    "}",
)
_JSON_BEFORE = (
    " ",
    "\t\n",
    "\ufeff",
    "\xa0",
    "\x0c",
    "\x85",
    "# c\n",
    "---\n",
    "[",
    ",",
    " " * 4095,
)
_FLOW = "{apiVersion: example.com/v1, kind: Thing, metadata: {name: NAME}, v: 1}"


def _json_texts() -> Iterator[str]:
    """Yield JSON, and what begins as JSON does."""
    one, other = JSON % 1, JSON % 2
    for start in ("", "---\n"):
        yield from (f"{start}{JSON % value}\n" for value in _JSON_VALUES)
        yield from (f"{start}{one}{between}{other}" for between in _JSON_BETWEEN)
    for before in (*_JSON_BEFORE, " " * 4096):
        yield f"{before}{one}"
        yield before + JSON % r'"\ud83d\ude00"'
    yield from (f"{one}\n{HEAD}v: 2\n", f"{one}\n---\n{HEAD}v: 2\n", f"{HEAD}v: 1\n---\n{other}\n")
    yield from (_FLOW, f"{_FLOW}\n---\n{other}", f"# c\n{_FLOW}\nw: 2\n", f"# c\n{_FLOW} w\n")


def _large() -> Iterator[str]:
    """Yield what is nested, or aliased, more than anybody means."""
    for depth in (97, 98, 200):
        yield f"{HEAD}v: {'[' * depth}{']' * depth}\n"
        yield JSON % ("[" * depth + "]" * depth)
    for length in (60, 200):
        chain = "".join(f"v{n}: &v{n} [*v{n - 1}]\n" for n in range(1, length))
        yield f"{HEAD}v0: &v0 x\n{chain}"
    for count in (90, 900, 2000):
        yield f"{HEAD}v: &v [{'x, ' * 90}]\nw:\n" + "- *v\n" * count
    for first, inner in (("x", "[ALIASES]"), ("{k: v}", "{<<: [ALIASES]}")):
        for times in (9, 2):
            laughs = [
                f"v{n}: &v{n} {inner.replace('ALIASES', ', '.join([f'*v{n - 1}'] * times))}\n"
                for n in range(1, 7)
            ]
            yield f"{HEAD}v0: &v0 {first}\n{''.join(laughs)}"


TABLE: dict[str, list[str]] = {
    "scalars": [_value(each) for each in SCALARS],
    "scalars in a list": [_value(f"[{each}, a]") for each in SCALARS],
    "scalars as keys": [f"{ANCHORS}v:\n  {each}: a\n" for each in (*SCALARS, *KEYS)],
    "keys in braces": [f"{ANCHORS}v: {{{each}: a}}\n" for each in KEYS],
    "explicit keys": [f"{ANCHORS}v:\n  ? {each}\n  : a\n" for each in KEYS],
    "quoted": [_value(each) for each in QUOTED],
    "tagged": [_value(each) for each in TAGGED],
    "blocks": [_value(each) for each in BLOCKS],
    "blocks in a list": [f"{HEAD}v:\n- {each}\n- a\n" for each in BLOCKS],
    "flows": [f"{ANCHORS}v: {each}\n" for each in FLOWS],
    "flows in a list": [f"{ANCHORS}v:\n- {each}\n- a\n" for each in FLOWS],
    "merges": [_indented(each, ANCHORS) for each in MERGES],
    "structures": [_indented(each, HEAD) for each in STRUCTURES],
    "structures at the root": [f"{HEAD}{each}\n" for each in STRUCTURES],
    "streams": list(_streams()),
    "JSON": list(_json_texts()),
    "large": list(_large()),
}
FRAGMENTS = [
    *_words(
        "a a: : - ? [ ] { } , ' \" \\ \\n \\/ # *a !!str !x ! | > |- >2 % @ ~ 1 .5 yes null a?b"
    ),
    *_words(":// 'a' \"a\" ,a \ufeff é {a:b}"),
    *_lines(
        "b: \n \n  \n⏎\n⏎  \n⏎    \n⏎- \n- \n? \n, \n # c\n&a \n*a \n!!str \n! \n|+⏎\n⇥\n␍\n␍⏎"
    ),
    *_lines('<<: \n<<: *m\n<<: {a: 1}\n...⏎\n---⏎\n⏎---⏎\na: b\na: b:c\n[a: b]\n{a: b, c}\n"a": '),
    *_lines("⏎⏎\n⏎ a\n⏎⇥\n ⇥\n- - \n%A⏎"),
]
"""Of which texts are put together."""
