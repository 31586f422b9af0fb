"""What a statement of spending says: lines, caps, questions, and the bars' labels."""

from collections.abc import Mapping, Sequence

from bot.bars import Bar, Panel
from bot.statement import Entry, Line, Standing, Statement
from handlers.words.text import channel, count, cut, day_of_month, dollars, month, person, quiet, several, when
from handlers.words.titles import Titles

CHARGED = "It was charged"
NOT_CHARGED = "It was not"
SEEN = "I have seen it"
PRODUCTIONS = "By production"
MODELS = "By model"
PEOPLE = "By person"
CAPS = "Caps"
QUESTIONS = "Waiting for your answer"
NOTHING = "Nothing was spent this month on rounds that you may see and whose vote is closed."
FILE_NAME = "spending.png"

_MOST_LINES = 10
_MOST_BARS = 6
_BAR_LABEL = 24
_UNTIL_SEEN = "Nothing new is drawn in this workspace until you have seen it."
_ITEMS = {"slot": "a portrait", "finish": "a finish"}
_CAPS = {
    "day": "this workspace today",
    "person_day": "you today",
    "production_month": "this production this month",
    "workspace_month": "this workspace this month",
}


def header(statement: Statement) -> str:
    return f"Spending in {month(statement.day)}"


def total(statement: Statement) -> str:
    """`$0.20 today, $14.20 this month (UTC) · 3 faces locked, $4.74 a face`."""
    line = statement.total
    told = f"{dollars(line.today)} today, {dollars(line.month)} this month (UTC)"
    if line.per_face is None:
        return f"{told} · no face locked this month"
    return f"{told} · {count(line.faces, 'face')} locked, {dollars(line.per_face)} a face"


def productions(lines: Sequence[Line], films: Mapping[str, str]) -> str:
    return _listed([(quiet(films.get(line.what, "")) or channel(line.what), line) for line in lines])


def models(lines: Sequence[Line], titles: Titles) -> str:
    return _listed([(f"{quiet(titles(line.what))} `{line.what}`", line) for line in lines])


def people(lines: Sequence[Line]) -> str:
    return _listed([(person(line.what), line) for line in lines])


def others(line: Line | None) -> str:
    """What was spent where the reader may not look."""
    return f"Other productions: {dollars(line.today)} today, {dollars(line.month)} this month" if line else ""


def blind(line: Line | None) -> str:
    """Open rounds, without models."""
    if line is None:
        return ""
    return f"{count(line.count, 'round')} still blind: up to {dollars(line.month)} this month, told after the close"


def cap(standing: Standing) -> str:
    """`this workspace today: $3.10 of $20.00, $16.90 left until ...`."""
    told = f"{_CAPS[standing.purse.cap]}: {dollars(standing.used)}"
    if standing.limit is None or standing.left is None:
        return f"{told}, no cap"
    left = f"{dollars(standing.left)} left until {when(standing.purse.resets_at)}"
    return f"{told} of {dollars(standing.limit)}, {left}"


def question(entry: Entry, titles: Titles) -> str:
    """What a person is asked about one charge; an open ballot's charge tells neither its model nor its sum."""
    if entry.above:
        model = "" if entry.hidden else f", {quiet(titles(entry.model))}"
        return f"Cost {dollars(entry.above)} more than was reserved ({_item(entry)}{model}). {_UNTIL_SEEN}"
    what = f"May have been charged: {dollars(entry.usd)} ({_item(entry)}, {quiet(titles(entry.model))})."
    return f"{what} It stays reserved until you say what the vendor's bill shows."


def elsewhere(number: int) -> str:
    return f"{count(number, 'more charge')} wait for whoever made them" if number else ""


def overspent(entry: Entry) -> str:
    """To whoever made the charge, once."""
    what = f"{_ITEMS[entry.kind].capitalize()} for {quiet(entry.character)}"
    return f"{what} cost {dollars(entry.above)} more than its listed price, which was reserved. {_UNTIL_SEEN}"


def settled(entry: Entry, *, charged: bool) -> str:
    told = dollars(entry.usd)
    name = quiet(entry.character)
    return (
        f"{told} for {name} stands as spent." if charged else f"{told} for {name} is given back: nothing was charged."
    )


def seen(entry: Entry) -> str:
    return f"Noted: {dollars(entry.above)} more for {quiet(entry.character)}. This workspace can spend again."


def panels(statement: Statement, titles: Titles) -> tuple[Panel, ...]:
    """The bars: productions and people by their numbers in the list, since only Slack's text knows their names."""
    parts = (
        (PRODUCTIONS, [(str(n), line) for n, line in enumerate(statement.productions, start=1)]),
        (MODELS, [(titles(line.what), line) for line in statement.models]),
        (PEOPLE, [(str(n), line) for n, line in enumerate(statement.people, start=1)]),
    )
    return tuple(Panel(title, tuple(_bar(label, line) for label, line in some[:_MOST_BARS])) for title, some in parts)


def alt(statement: Statement, titles: Titles) -> str:
    """What the bars show, read aloud."""
    told = [
        f"{panel.title.lower()} {several([f'{bar.label} {bar.amount}' for bar in panel.bars])}"
        for panel in panels(statement, titles)
    ]
    return cut(f"Bars of the spending in {month(statement.day)}: {'; '.join(told)}", 1000)


def _listed(lines: Sequence[tuple[str, Line]]) -> str:
    """Numbered as in the picture."""
    told = [f"{n} · {name} · {_sums(line)}" for n, (name, line) in enumerate(lines[:_MOST_LINES], start=1)]
    rest = len(lines) - _MOST_LINES
    return "\n".join([*told, *([f"and {rest} more"] if rest > 0 else [])])


def _sums(line: Line) -> str:
    told = f"{dollars(line.month)} ({dollars(line.today)} today) for {count(line.count, 'charge')}"
    return told if line.per_face is None else f"{told} · {count(line.faces, 'face')}, {dollars(line.per_face)} each"


def _item(entry: Entry) -> str:
    return f"{quiet(entry.character)}, {_ITEMS[entry.kind]} of {day_of_month(entry.day)}"


def _bar(label: str, line: Line) -> Bar:
    return Bar(cut(label, _BAR_LABEL), dollars(line.month), float(line.month))
