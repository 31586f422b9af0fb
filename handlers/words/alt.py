"""What pictures show, for people who do not see them; never which model drew one. Plain text.

The portrait comes first, in the words of its brief, then what kind of picture it is.
"""

from collections.abc import Sequence

from bot.round import Round
from handlers.words.text import count, cut, several

# docs.slack.dev, "files.getUploadURLExternal" and "Image block".
FILE_LIMIT = 1000
BLOCK_LIMIT = 2000


def sheet(round_: Round, numbers: Sequence[int]) -> str:
    shown = f"{'candidate' if len(numbers) == 1 else 'candidates'} {several([str(n) for n in numbers])}"
    return _portrait(round_.brief.text, f"contact sheet for {round_.character}, {shown}")


def candidate(round_: Round, number: int) -> str:
    return _portrait(round_.brief.text, f"candidate {number} for {round_.character}")


def pair(name: str, brief: str) -> str:
    return _portrait(brief, f"the face of {name} twice at one size, left the original, right the finish")


def finish(name: str, brief: str) -> str:
    return _portrait(brief, f"the face of {name}, finished larger")


def parcel(name: str) -> str:
    return cut(f"A ZIP with the face of {name}, its prompt and its record", FILE_LIMIT)


def face(name: str, brief: str) -> str:
    return _portrait(brief, f"the face of {name}")


def poster(title: str, names: Sequence[str]) -> str:
    """One picture of many faces, in reading order."""
    return cut(f"{title}: {count(len(names), 'portrait')} with their names: {several(names)}", FILE_LIMIT)


def _portrait(brief: str, what: str) -> str:
    """`Weathered 60-year-old fisherwoman: candidate 2 for Maya`; of a long brief as much as fits."""
    words = " ".join(brief.split()).rstrip(".:;, ")
    words = words[:1].upper() + words[1:]
    return f"{cut(words, FILE_LIMIT - len(what) - 2)}: {what}"
