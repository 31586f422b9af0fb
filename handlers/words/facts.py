"""Where a face comes from, fact by fact."""

from bot.brief import Reference
from bot.face import Face, Unlock
from bot.finish import Upscale
from handlers.words import finishing, photo
from handlers.words.text import day, dollars, escape_mrkdwn, person, pluralize
from handlers.words.titles import Titles

HEADING = "Facts"
PROMPT = "The prompt"
STYLE = "House style"

_USES = {"film": "film", "advertising": "advertising", "internal": "internal use"}
_SOURCES = {"exact": "as the vendor counted", "listed": "by its price list", "unknown": "if it was charged at all"}


def rows(
    face: Face,
    titles: Titles,
    reference: Reference | None = None,
    upscale: Upscale | None = None,
    recast_reason: str = "",
    style: str = "",
) -> tuple[tuple[str, str], ...]:
    """Pairs of a label and its value, in the order a person asks for them."""
    portrait = face.portrait
    upscale_rows = finishing.rows(upscale, titles, _SOURCES.get(upscale.cost_source, "as reserved")) if upscale else ()
    return (
        ("Model", f"{escape_mrkdwn(titles(face.model))}, `{face.model}`"),
        (
            "Picture",
            f"{portrait.width} × {portrait.height}, {portrait.media_type}, {pluralize(portrait.length, 'byte')}",
        ),
        *(
            [("Varies", f"candidate {face.variation_of} of its round, whose picture went along")]
            if face.variation_of
            else ()
        ),
        ("SHA-256", f"`{portrait.sha256}`"),
        ("Content credentials", "found in the original" if portrait.has_content_credentials else "none found"),
        ("Seed", str(face.seed) if face.seed is not None else "none"),
        ("Price", f"{dollars(face.cost)} for this portrait, {_SOURCES.get(face.cost_source, 'as reserved')}"),
        ("Ballot", _ballot(face)),
        ("Wanted for", _USES.get(face.use, "not said")),
        ("Lead", person(face.lead)),
        ("Locked", f"by {person(face.locked_by)} on {day(face.locked_at)}, version {face.version}"),
        *((("Re-cast", escape_mrkdwn(recast_reason)),) if recast_reason else ()),
        *((("Unlocked", _unlocked(face.unlocked)),) if face.unlocked else ()),
        *photo.rows(reference),
        *(((STYLE, escape_mrkdwn(style)),) if style else ()),
        ("Prompt version", escape_mrkdwn(face.prompt_version)),
        *upscale_rows,
    )


def _unlocked(unlock: Unlock) -> str:
    return f"by {person(unlock.person)} on {day(unlock.at)}: {escape_mrkdwn(unlock.reason)}"


def _ballot(face: Face) -> str:
    votes = ", ".join(f"{number}: {votes}" for number, votes in sorted(face.tally.items()))
    decided = "the lead decided" if face.decided_by_lead else "most votes won"
    return f"{pluralize(face.voters, 'person', 'people')} voted ({votes}); {decided}"
