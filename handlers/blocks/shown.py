"""What a round's views are drawn from, and the lines several of them share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.ballot import Tally, Turnout
from bot.face import Face
from bot.finish import Finish, Plan
from bot.round import Round
from bot.slot import Slot
from handlers.blocks.view import Block, button, context, image, section
from handlers.words import alt, labels, lineage, misses, records, refusals
from handlers.words.titles import Titles


@dataclass(frozen=True)
class Kin:
    """The round before or after another one, its tally as far as anybody may see it, and where its message is."""

    round: Round
    tally: Tally
    link: str


@dataclass(frozen=True)
class Shown:
    """A round with its tally now, what models are called, and once it is locked the face it gave, every attempt to
    finish that, and how it would be finished. `turnout` where voters are named. `parent` is the round whose place it
    took, `child` the one that took its own.

    `present` is the character's face now, `before` the one that the round casts anew, `links` where the messages of
    their rounds are, by round id; `versions` is how many faces the character had.
    """

    round: Round
    tally: Tally
    titles: Titles
    face: Face | None = None
    finishes: tuple[Finish, ...] = ()
    plan: Plan | None = None
    turnout: Turnout | None = None
    parent: Kin | None = None
    child: Kin | None = None
    present: Face | None = None
    before: Face | None = None
    versions: int = 1
    links: Mapping[str, str] = field(default_factory=dict)

    def link(self, face: Face | None) -> str:
        """Where the round of another face is; empty where nobody knows."""
        return self.links.get(face.round_id, "") if face else ""


def portrait_file(round_: Round) -> str | None:
    """The locked portrait's picture; until the record's own hangs, the large one from the thread stands in."""
    return round_.record_file or (round_.locked.file_id if round_.locked else None)


def origin(shown: Shown) -> Block | None:
    """What a round came of, kept in sight: the face it casts anew and why, or the round whose place it took."""
    if shown.before:
        return context(records.recast(shown.round.because, shown.before, shown.link(shown.before)))
    parent = shown.parent
    return context(lineage.before(shown.round, parent.round, parent.tally, parent.link)) if parent else None


def sheet(shown: Shown) -> Iterator[Block]:
    """The contact sheet, once it hangs, and why the newest one does not."""
    round_ = shown.round
    if round_.sheet_file:
        yield image(round_.sheet_file, alt.sheet(round_, [s.number for s in round_.candidates if s.number]))
    if round_.sheet_refused:
        yield section(refusals.no_sheet(round_))


def blind_misses(shown: Shown, *, reroll: bool) -> Iterator[Block]:
    """What is missing and why, without the models; with `reroll` each can be drawn again if there is a number left."""
    round_ = shown.round
    offered = reroll and round_.next_number() is not None
    for position, slot in enumerate(round_.misses, start=1):
        line = f"{_numbered(shown, slot, position)} {misses.blind(round_, slot)}"
        again = labels.reroll_miss(round_.veiled(slot))
        press = button(f"reroll_one:{position}", again, slot.id) if offered else None
        yield section(line, press)


def named_misses(shown: Shown) -> Iterator[Block]:
    """What is missing and why, with the models: for after the close."""
    for position, slot in enumerate(shown.round.misses, start=1):
        yield section(f"{_numbered(shown, slot, position)} {misses.named(slot, shown.titles)}")


def _numbered(shown: Shown, slot: Slot, position: int) -> str:
    if varied := shown.round.varied(slot):
        return misses.variation(varied)
    return misses.numbered(position, len(shown.round.misses), shown.round.wanted)
