"""Hostile text and JSON, and mutation of valid documents.

Choices are few and large: Hypothesis takes half a millisecond for every ten.
"""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

# Text that breaks out of a format: Slack's markup, terminals, paths, CSV, JSON, bidi, surrogates, combining marks.
SNIPPETS = (
    "<!channel>", "<!here|x>", "@here", "<@U0LEAD>", "<@U0LEAD|mei>", "<#C1|c>", "<https://evil.example|x>",
    "&lt;", "&", "*b*", "_i_", "~s~", "`c`", "```", "\n> q", "\x1b[31m", "\x00", "\r\n", "\u202e", "\u2066",
    "\u200f", "\ud800", "\ufeff", "../../etc/passwd", "..\\x", "/root", "CON", "=1+1", "--each", "--models",
    "—look", "--4k", "--like photo", "--voters @a,", ":", "：", '"', "“", "e\u0301" * 9, "\u0301" * 99,
    "👩‍👩‍👧‍👦", "ﷺ" * 9, "İ", "ß", "١", "²", "9" * 30, "-1", "1e999", "NaN", "x" * 81, "é" * 301,
    "\u0301" * 3_001, "<" * 13_000, "a: " * 5_000, "0", " ", "", "\n", "null", "1764000000.000100",
)  # fmt: skip
_HOSTILE = st.sampled_from(SNIPPETS)
_DEEPLY_NESTED: list[Any] = []
for _ in range(60):
    _DEEPLY_NESTED = [_DEEPLY_NESTED]
_WRONG_VALUES: tuple[Any, ...] = (
    0, -1, 2**63, 10**40, 1.5, float("inf"), float("nan"), True, False, None, [], {}, [None], [[]], {"": None},
    [{}], _DEEPLY_NESTED, ["x"] * 3_000, {"value": {}}, {"id": 7}, [0], {"type": "x"},
    {"selected_option": {"value": None}}, 5_000 * "9",
)  # fmt: skip


def texts(*extra: str) -> SearchStrategy[str]:
    """Any text, and meaningful pieces alone and combined."""
    pieces = st.sampled_from((*SNIPPETS, *extra))
    return st.one_of(pieces, st.text(max_size=20), st.builds(str.__add__, pieces, st.text(max_size=9)))


def junk(*extra: str) -> SearchStrategy[Any]:
    """A value of the wrong type or content."""
    return st.sampled_from((*_WRONG_VALUES, *SNIPPETS, *extra)) | st.text(max_size=12)


@st.composite
def mutate(draw: DrawFn, documents: SearchStrategy[Any], *ids: str, max_mutations: int = 3) -> Any:
    """A document with up to `max_mutations` errors: parts missing, of another type, repeated, or foreign (`ids`)."""
    document = deepcopy(draw(documents))
    wrong_values = junk(*ids, *ids)
    for _ in range(draw(st.integers(1, max_mutations))):
        if not (locations := list(_locations(document))):
            break
        parent, key = locations[draw(st.integers(0, len(locations) - 1))]
        value = parent[key]
        mutation = draw(st.integers(0, 7))
        if mutation == 0:
            del parent[key]
        elif mutation == 1:
            parent[key] = [value] if isinstance(value, dict) else [value] * 200
        elif mutation == 2 and isinstance(parent, list):
            parent.append(deepcopy(draw(wrong_values)))
        elif mutation == 2:
            parent[draw(_HOSTILE)] = deepcopy(draw(wrong_values))
        else:
            parent[key] = deepcopy(draw(wrong_values))
    return document


def _locations(document: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every part of a document as (parent, key)."""
    pending: list[Any] = [document]
    while pending:
        parent = pending.pop()
        entries: Sequence[tuple[Any, Any]] = ()
        if isinstance(parent, dict):
            entries = list(parent.items())
        elif isinstance(parent, list):
            entries = list(enumerate(parent[:20]))
        for key, value in entries:
            yield parent, key
            pending.append(value)
