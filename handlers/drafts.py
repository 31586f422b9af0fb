"""A form of a round as it comes back from Slack."""

from datetime import UTC, datetime

from bot.brief import Secrecy, Use
from bot.catalogue import Look, Size
from bot.draft import Draft, Whose
from handlers.blocks.form import PREFIX
from handlers.payloads import Filled


def draft_in(filled: Filled) -> Draft:
    """What stands in the fields; what Slack left out counts as empty."""

    def one(field: str) -> str:
        return filled.one(PREFIX + field)

    def all_of(field: str) -> tuple[str, ...]:
        return tuple(filled.chosen.get(PREFIX + field, ()))

    shows = one("real")
    return Draft(
        name=one("name"),
        text=one("text"),
        look=Look(one("look")) if one("look") else None,
        models=all_of("models"),
        each=_number(one("each")),
        aspect=one("aspect") or "3:4",
        size=Size(one("size") or Size.DRAFT),
        like=Whose(one("like") or Whose.NOBODY),
        face=one("face"),
        picture=one("picture"),
        real=shows == "photo" if shows else None,
        agreed=bool(one("agreed")),
        until=datetime.fromtimestamp(int(one("until")), UTC) if one("until") else None,
        ballot=Secrecy(one("ballot") or Secrecy.QUICK),
        voters=all_of("voters"),
        quorum=_number(one("quorum")),
        use=Use(one("use")) if one("use") else None,
        lead=one("lead"),
    )


def _number(typed: str) -> int | None:
    """A field for numbers is checked by Slack when it is sent, not while somebody types."""
    return int(typed) if typed.isdecimal() else None
