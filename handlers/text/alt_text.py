"""Alternative texts of pictures, in plain text; they never name a model.

Each starts with the brief, then says what kind of picture it is.
"""

from collections.abc import Sequence

from bot.domain.callback import SITUATION_CAPTIONS, Situation
from bot.domain.round import Round
from handlers.text.format import capitalize_first, join_words, pluralize, truncate

# docs.slack.dev, "files.getUploadURLExternal".
FILE_LIMIT = 1000


def contact_sheet(round_: Round, numbers: Sequence[int]) -> str:
    if round_.is_callback:
        return _callback_sheet(round_, numbers)
    label = f"{'candidate' if len(numbers) == 1 else 'candidates'} {join_words(map(str, numbers))}"
    hidden = [str(number) for number in numbers if number in round_.hidden_numbers]
    note = f", {join_words(hidden)} hidden" if hidden else ""
    return _with_brief(round_.brief.text, f"contact sheet for {round_.character}, {label}{note}")


def _callback_sheet(round_: Round, numbers: Sequence[int]) -> str:
    captions = [SITUATION_CAPTIONS[Situation(situation)].lower() for situation in round_.situations]
    rows = f"{'row' if len(numbers) == 1 else 'rows'} {join_words(map(str, numbers))}"
    return _with_brief(
        round_.brief.text, f"callback for {round_.character}, {rows}, each the original and {join_words(captions)}"
    )


def side_by_side(round_: Round, numbers: Sequence[int]) -> str:
    return _with_brief(
        round_.brief.text, f"candidates {join_words(map(str, numbers))} for {round_.character}, side by side"
    )


def versions(name: str, brief: str, numbers: Sequence[int]) -> str:
    return _with_brief(brief, f"the face of {name} in versions {join_words(map(str, numbers))}, side by side")


def candidate(round_: Round, number: int, situation: str = "") -> str:
    """Describe a candidate, or its view in a situation."""
    view = f", {situation.lower()}" if situation else ""
    return _with_brief(round_.brief.text, f"candidate {number} for {round_.character}{view}")


def upscale_pair(name: str, brief: str) -> str:
    return _with_brief(brief, f"the face of {name} twice at one size, left the original, right the finish")


def upscale(name: str, brief: str) -> str:
    return _with_brief(brief, f"the face of {name}, finished larger")


def archive(name: str) -> str:
    return truncate(f"A ZIP with the face of {name}, its prompt and its record", FILE_LIMIT)


def face(name: str, brief: str) -> str:
    return _with_brief(brief, f"the face of {name}")


def poster(title: str, names: Sequence[str]) -> str:
    """Describe a picture of many faces, named in reading order."""
    return truncate(f"{title}: {pluralize(len(names), 'portrait')} with their names: {join_words(names)}", FILE_LIMIT)


def _with_brief(brief: str, description: str) -> str:
    """Return `Weathered 60-year-old fisherwoman: candidate 2 for Maya`; truncates a long brief."""
    text = capitalize_first(" ".join(brief.split()).rstrip(".:;, "))
    return f"{truncate(text, FILE_LIMIT - len(description) - 2)}: {description}"
