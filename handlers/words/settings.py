"""The form of a production's customs: its fields, what is wrong with one, and what was changed by whom."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import groupby

from bot.brief import Secrecy
from bot.catalogue import Look, ModelFacts, Size
from bot.customs import OWN, PEOPLE_LIMIT, STYLE_LIMIT
from bot.deed import Deed
from bot.errors import BriefError
from bot.keeping import JOINED, SET, Other, Standing
from bot.production import Production
from handlers.words.text import channel, count, cut, dollars, person, quiet, several, when
from handlers.words.titles import Titles

TITLE = "Settings"
SAVE = "Save"
LAST = "Last changes"
CHANGED = (
    "Somebody else saved these settings while you had them open. Nothing of yours was saved; this is how they stand."
)

LABELS = {
    "production": "Casts for",
    "name": "Production",
    "models": "Models",
    "look": "Look",
    "style": "House style",
    "ballot": "Ballot",
    "for": "Votes stay open for",
    "quorum": "Voters needed",
    "starters": "Who may start rounds",
    "spenders": "Who may spend",
    "lockers": "Who may lock a face",
    "keepers": "Who may change these settings",
    "per_round": "Most for a round, in dollars",
    "per_month": "Most for a month, in dollars",
}
MODELS_EMPTY = "Chosen by each brief"
LOOKS = {
    "any": "Chosen by each brief",
    Look.SKIN: "Skin first",
    Look.LITERAL: "To the letter",
    Look.BALANCED: "Balanced",
}
BALLOTS = {
    Secrecy.QUICK: "Quick: votes are seen as they come",
    Secrecy.SEALED: "Sealed: nobody sees a count before the close",
}
SPANS = tuple(timedelta(hours=hours) for hours in (1, 4, 24, 48, 72, 168))

_HINTS = {
    "models": "Empty: two are chosen by what the brief asks for. The price is for one portrait.",
    "style": "Added to every prompt, and told in each round's message.",
    "quorum": "A vote with fewer people decides nothing. Empty: one is enough.",
    "starters": "Empty: everybody but guests.",
    "spenders": "Re-rolls and finishes. Empty: everybody but guests. Whoever starts a round spends too.",
    "lockers": "They lock in place of the lead. Empty: whoever leads the round.",
    "keepers": "Empty: everybody but guests.",
}
_FAULTS = {
    ("production", "first_join"): "Cast for it first, then change its settings: what you changed here belongs to the "
    "present production.",
    ("production", "unseen"): "You are in no channel that casts for this production any more.",
    ("name", "too_long"): "The name has {got} characters; up to {limit} fit.",
    ("style", "too_long"): "The style has {got} characters; up to {limit} fit.",
    ("models", "too_many"): "{got} models are too many: {limit} portraits fit into one round.",
    ("quorum", "not_a_count"): "A number of people from 1 to {limit}.",
    ("per_round", "above"): "Castroom allows ${got} a round, and a production can only go below that.",
    ("per_month", "above"): "Castroom allows ${got} a month, and a production can only go below that.",
    ("keepers", "yourself"): "Name yourself as well, or you could not undo this.",
}
_PROBLEMS = {
    "control": "There is a character in it that cannot be read ({got}). Typing it afresh helps.",
    "not_dollars": "An amount like 2.50, not {got}.",
    "out_of_range": "Voting stays open for 5 minutes to 30 days.",
    "too_many": f"Up to {PEOPLE_LIMIT} people fit.",
}
_THINGS = {
    "name": "the name",
    "models": "the models",
    "look": "the look",
    "style": "the house style",
    "ballot": "the ballot",
    "for": "how long votes stay open",
    "quorum": "the quorum",
    "starters": "who may start rounds",
    "spenders": "who may spend",
    "lockers": "who may lock a face",
    "keepers": "who may change the settings",
    "per_round": "the most for a round",
    "per_month": "the most for a month",
}
_EVERYBODY = {"lockers": "the lead"}
_SHOWN = 80


def promise(standing: Standing) -> str:
    """What the form is about; plain enough to stand above it."""
    own = standing.production
    here = [channel(one) for one in own.channels if one == standing.place.channel]
    others = len(own.channels) - len(here)
    shared = f", with {count(others, 'other channel')}" if others > 0 else ""
    return f"How {channel(standing.place.channel)}{shared} casts, from the next round on. A line can say otherwise."


def hint(field: str, standing: Standing) -> str:
    """What stands below a field."""
    if field == "production":
        return (
            "Channels of one production share names, settings and the month's cap. "
            "A face is still seen only where it was cast."
        )
    if field == "name":
        return f"Empty: called like {_called(standing.channel)}."
    if field == "per_round":
        return f"Castroom allows {dollars(standing.caps.per_round)}; this can only be less."
    if field == "per_month":
        months = [m for m in (standing.caps.per_production_month, standing.caps.per_workspace_month) if m is not None]
        return f"Castroom allows {dollars(min(months))}; this can only be less." if months else "Empty: no cap."
    return _HINTS.get(field, "")


def model(facts: ModelFacts) -> str:
    """`Recraft V4.1 · $0.04 a portrait`."""
    return f"{facts.title} · {dollars(facts.price(Size.DRAFT))} a portrait"


def span(of: timedelta) -> str:
    """`4 hours`, `3 days`, `a week`."""
    minutes = int(of.total_seconds() // 60)
    if minutes == 7 * 24 * 60:
        return "a week"
    if minutes % (24 * 60) == 0:
        return count(minutes // (24 * 60), "day")
    return count(minutes // 60, "hour") if minutes % 60 == 0 else count(minutes, "minute")


def present(production: Production, standing: Standing) -> str:
    """The production the channel casts for now, as a choice."""
    return production.name or _called(standing.channel)


def other(choice: Other) -> str:
    if choice.id == OWN:
        return f"Its own again: {choice.name}" if choice.name else "Its own production again"
    return choice.name or _called(choice.channel)


def fault(error: BriefError) -> str:
    """What is wrong with a field, in plain text: Slack shows it as it stands."""
    pattern = _FAULTS.get((error.field, error.problem)) or _PROBLEMS.get(error.problem, "This cannot be saved.")
    return pattern.format(got=cut(error.got, _SHOWN), limit=error.limit or STYLE_LIMIT)


def clashes(names: Sequence[str]) -> str:
    told = several(
        [quiet(cut(name, _SHOWN)) for name in names[:5]] + ([f"{len(names) - 5} more"] if len(names) > 5 else [])
    )
    return f"Both productions have {told}. Names are shared, so they cannot be one. Nothing was moved."


def saved(deeds: Sequence[Deed], titles: Titles) -> str:
    """To whoever saved."""
    if not deeds:
        return "All settings stay as they were."
    told = several([_change(deed, titles) for deed in deeds])
    if deeds[0].what == JOINED:
        return f"Done: this channel {told}. Names, settings and the month's cap are shared from now on."
    return f"Saved: {told}. Rounds that begin from now on follow it."


def lines(deeds: Sequence[Deed], titles: Titles) -> list[str]:
    """`@lena changed the ballot from quick to sealed · yesterday at 18:00`: a line for whatever was saved at once."""
    told = []
    for (who, at), some in groupby(deeds, lambda deed: (deed.person, deed.at)):
        saved_then = list(some)[::-1]
        changes = several([_change(deed, titles) for deed in saved_then])
        verb = "let this channel cast" if saved_then[0].what == JOINED else "changed"
        told.append(f"{person(who)} {verb} {changes.removeprefix('casts ')} · {when(at)}")
    return told


def _change(done: Deed, titles: Titles) -> str:
    old, _, new = done.note.partition("\n")
    if done.what == JOINED:
        return f"casts for {_production(new)}, no longer for {_production(old)}"
    field = done.what.removeprefix(SET)
    before = f" from {_value(field, old, titles)}" if old else ""
    return f"{_THINGS.get(field, field)}{before} to {_value(field, new, titles)}"


def _value(field: str, text: str, titles: Titles) -> str:
    if field in ("starters", "spenders", "lockers", "keepers"):
        return several([person(one) for one in text.split()]) or _EVERYBODY.get(field, "everybody")
    if field in ("per_round", "per_month"):
        return dollars(Decimal(text)) if text else "Castroom's"
    if field == "models":
        return several([quiet(titles(one)) for one in text.split()]) or "those chosen by the brief"
    if field == "for":
        return span(timedelta(minutes=int(text)))
    if field in ("style", "name"):
        return f"“{quiet(cut(text, _SHOWN))}”" if text else "nothing"
    return quiet(text) or ("the brief's choice" if field == "look" else "none")


def _production(label: str) -> str:
    return channel(label[1:]) if label.startswith("#") else quiet(label)


def _called(name: str) -> str:
    return f"#{name}" if name else "this conversation"
