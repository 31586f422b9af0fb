"""The form of a production's customs."""

from collections.abc import Iterator
from typing import Any

from bot.brief import QUORUM_LIMIT
from bot.customs import ANY, FIELDS, NAME_LIMIT, PEOPLE, STYLE_LIMIT
from bot.keeping import Standing
from handlers.blocks.dialog import How, dialog, number, people, pick, picks, radios, typed
from handlers.blocks.view import Block, context, divider, mrkdwn, view
from handlers.words import settings as words
from handlers.words.titles import Titles

CALLBACK = "settings"
HERE = "here"
# docs.slack.dev, "Select menu element".
_MOST_OPTIONS = 100
_DOLLARS_LIMIT = 12


def form(standing: Standing, titles: Titles, above: str = "") -> dict[str, Any]:
    """A modal; it carries the channel and the digest of what it shows. `above` is said first."""
    shown = view(
        words.TITLE,
        {"type": "section", "text": mrkdwn(above)} if above else None,
        {"type": "section", "text": mrkdwn(words.promise(standing))},
        _production(standing),
        *(_field(field, standing) for field in FIELDS),
        *_deeds(standing, titles),
    )
    id_ = f"{standing.place.channel} {standing.production.digest}"
    return dialog(CALLBACK, id_, words.TITLE, words.SAVE, shown)


def _production(standing: Standing) -> Block | None:
    """Only where there is a choice."""
    if not standing.others:
        return None
    here = (words.present(standing.production, standing), HERE)
    choices = [here, *((words.other(other), other.id) for other in standing.others)][:_MOST_OPTIONS]
    return pick("production", words.LABELS["production"], choices, HERE, How(hint=words.hint("production", standing)))


def _field(field: str, standing: Standing) -> Block:
    label, customs = words.LABELS[field], standing.production.customs
    how = How(optional=True, hint=words.hint(field, standing))
    if field in PEOPLE:
        return people(field, label, getattr(customs, field), how)
    if field == "name":
        return typed(field, label, standing.production.name, most=NAME_LIMIT, how=how)
    if field == "style":
        return typed(field, label, customs.style, lines=True, most=STYLE_LIMIT, how=how)
    if field == "quorum":
        return number(field, label, customs.quorum, 1, QUORUM_LIMIT, how)
    if field == "models":
        named = {m.id for m in standing.models if {m.id, m.name} & set(customs.models)}
        choices = [(words.model(m), m.id) for m in standing.models][:_MOST_OPTIONS]
        return picks(field, label, words.MODELS_EMPTY, choices, named) | _hint(how)
    if field == "look":
        return pick(field, label, [(text, value) for value, text in words.LOOKS.items()], customs.look or ANY)
    if field == "ballot":
        return radios(field, label, [(text, value) for value, text in words.BALLOTS.items()], customs.ballot)
    if field == "for":
        spans = sorted({*words.SPANS, customs.open_for})
        minutes = {span: str(int(span.total_seconds() // 60)) for span in spans}
        return pick(field, label, [(words.span(s), minutes[s]) for s in spans], minutes[customs.open_for])
    cap = getattr(customs, field)
    return typed(field, label, "" if cap is None else str(cap), most=_DOLLARS_LIMIT, how=how)


def _hint(how: How) -> Block:
    return {"hint": {"type": "plain_text", "text": how.hint, "emoji": False}}


def _deeds(standing: Standing, titles: Titles) -> Iterator[Block | None]:
    if standing.deeds:
        yield divider()
        yield context(words.LAST)
        for line in words.lines(standing.deeds, titles):
            yield context(line)
