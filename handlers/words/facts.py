"""Where a face comes from, fact by fact."""

from bot.brief import Like
from bot.face import Face, Release
from bot.finish import Finish
from handlers.words import finishing, photo
from handlers.words.text import count, day, dollars, person, quiet
from handlers.words.titles import Titles

HEADING = "Facts"
PROMPT = "The prompt"
STYLE = "House style"

_USES = {"film": "film", "advertising": "advertising", "internal": "internal use"}
_SOURCES = {"exact": "as the vendor counted", "listed": "by its price list", "unknown": "if it was charged at all"}


def rows(
    face: Face,
    titles: Titles,
    like: Like | None = None,
    finish: Finish | None = None,
    because: str = "",
    style: str = "",
) -> tuple[tuple[str, str], ...]:
    """Pairs of a label and its value, in the order a person asks for them."""
    portrait = face.portrait
    finished = finishing.rows(finish, titles, _SOURCES.get(finish.cost_source, "as reserved")) if finish else ()
    return (
        ("Model", f"{quiet(titles(face.model))}, `{face.model}`"),
        ("Picture", f"{portrait.width} × {portrait.height}, {portrait.media_type}, {count(portrait.length, 'byte')}"),
        *([("Varies", f"candidate {face.varies} of its round, whose picture went along")] if face.varies else ()),
        ("SHA-256", f"`{portrait.sha256}`"),
        ("Content credentials", "found in the original" if portrait.credentials else "none found"),
        ("Seed", str(face.seed) if face.seed is not None else "none"),
        ("Price", f"{dollars(face.cost)} for this portrait, {_SOURCES.get(face.cost_source, 'as reserved')}"),
        ("Ballot", _ballot(face)),
        ("Wanted for", _USES.get(face.use, "not said")),
        ("Lead", person(face.lead)),
        ("Locked", f"by {person(face.locked_by)} on {day(face.locked_at)}, version {face.version}"),
        *((("Re-cast", quiet(because)),) if because else ()),
        *((("Unlocked", _gone(face.released)),) if face.released else ()),
        *photo.rows(like),
        *(((STYLE, quiet(style)),) if style else ()),
        ("Prompt version", quiet(face.prompt_version)),
        *finished,
    )


def _gone(release: Release) -> str:
    return f"by {person(release.person)} on {day(release.at)}: {quiet(release.reason)}"


def _ballot(face: Face) -> str:
    votes = ", ".join(f"{number}: {votes}" for number, votes in sorted(face.tally.items()))
    decided = "the lead decided" if face.decided_by_lead else "most votes won"
    return f"{count(face.voters, 'person', 'people')} voted ({votes}); {decided}"
