"""A form of a round as it comes back from Slack."""

from bot.brief import Secrecy, Use
from bot.catalogue import Look, Size
from bot.draft import Draft, Whose
from handlers.blocks.form import PREFIX
from handlers.payloads import Filled, moment_in, number_in, reading


@reading
def draft_in(filled: Filled) -> Draft:
    """What stands in the fields; what Slack left out counts as empty. Raises BadPayload for what none of ours holds."""

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
        until=moment_in(one("until")) if one("until") else None,
        ballot=Secrecy(one("ballot") or Secrecy.QUICK),
        voters=all_of("voters"),
        quorum=_number(one("quorum")),
        use=Use(one("use")) if one("use") else None,
        lead=one("lead"),
    )


def _number(typed: str) -> int | None:
    """A field for numbers is checked by Slack when it is sent, not while somebody types."""
    return number_in(typed) if typed.isascii() and typed.isdigit() else None
