"""Faces that could be confused: the question, its answers, and the note on the record."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.look_alikes import LookAlikeQuestion
from handlers.text.format import escape_mrkdwn, join_parts, join_words, link, pluralize

YES = "Yes"
NO = "No"
CLOSED = "This question takes no more answers."


@dataclass(frozen=True)
class LookAlikeNote:
    """A noted pair as one record shows it: the other character, how many said yes and no, the link to its record."""

    name: str
    yes: int
    no: int
    url: str = ""


def picture_title(names: tuple[str, str]) -> str:
    """Return `Maya and Ines in a wide shot`; plain text."""
    return f"{names[0]} and {names[1]} in a wide shot"


def picture_alt(names: tuple[str, str]) -> str:
    return f"{names[0]} and {names[1]} side by side in an empty frame, each face at 5 % of the frame's height"


def question(names: tuple[str, str]) -> str:
    """Return `Could Maya and Ines be confused in a wide shot?`"""
    return f"Could *{escape_mrkdwn(names[0])}* and *{escape_mrkdwn(names[1])}* be confused in a wide shot?"


def explanation(asked: LookAlikeQuestion) -> str:
    """Say what the picture shows, and why the two were chosen."""
    words = join_words([f"“{word}”" for word in asked.shared])
    return (
        f"The picture above shows both faces at 5 % of the frame's height. Both briefs say {words}, at about the same "
        "age. Nothing is blocked."
    )


def counts(asked: LookAlikeQuestion) -> str:
    """Return `1 yes · 2 no`; empty without an answer."""
    return join_parts(f"{asked.yes} yes" if asked.yes else "", f"{asked.no} no" if asked.no else "")


def suggestion(asked: LookAlikeQuestion, names: tuple[str, str]) -> str:
    """Say that enough people said yes, and what would tell the two apart."""
    yes = pluralize(asked.yes, "person says", "people say")
    return (
        f"{yes} yes: noted on both records. To tell the two apart, refine what both briefs share, such as the hair. "
        f"[Re-cast …] opens {escape_mrkdwn(names[0])}'s brief; this face stays until another one is locked."
    )


def receipt(names: tuple[str, str], *, is_yes: bool) -> str:
    """Confirm an answer."""
    answer = "could be confused" if is_yes else "could not be confused"
    pair = f"{escape_mrkdwn(names[0])} and {escape_mrkdwn(names[1])}"
    return f"You say that {pair} {answer}. You can change it; names are not shown."


def notes(noted: Iterable[LookAlikeNote]) -> str:
    """Return `2 people could confuse this face with Ines in a wide shot; 1 could not`, one line a face."""
    return "\n".join(_note(one) for one in noted)


def _note(one: LookAlikeNote) -> str:
    text = f"{pluralize(one.yes, 'person', 'people')} could confuse this face with "
    text += f"{link(one.url, escape_mrkdwn(one.name)) if one.url else escape_mrkdwn(one.name)} in a wide shot"
    return f"{text}; {one.no} could not" if one.no else text
