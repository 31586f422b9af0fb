"""The data of round views, and the blocks that several of them share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.domain.ballot import Tally, Turnout
from bot.domain.character_sheet import Sheet
from bot.domain.face import Face
from bot.domain.reaudition import Replacement
from bot.domain.round import Round
from bot.domain.slot import Slot
from bot.domain.target import TargetReport
from bot.domain.upscale import Upscale, UpscalePlan
from handlers.text import alt_text, failures, labels, lineage, slack_refusals
from handlers.text import record as record_text
from handlers.text.format import escape_mrkdwn
from handlers.text.look_alikes import LookAlikeNote
from handlers.text.model_titles import Titles
from handlers.views import picture_report as report
from handlers.views.builder import Block, View, button, confirm, context, header, image, section, view
from handlers.views.full_brief import brief_blocks


@dataclass(frozen=True)
class RelatedRound:
    """The round before or after another one, its visible tally and its message's link."""

    round: Round
    tally: Tally
    link: str


@dataclass(frozen=True)
class RoundViewData:
    """A round with all that its message shows.

    `face`, `upscales` and the character `sheet` exist once it is locked, `upscale_plan` while an upscale is possible,
    and `turnout` with named voters. `may_draw_sheet`: some model takes a reference. `run_off_sheet` is the file that
    shows a run-off's finalists. `parent` is the round that it replaced, `child` the round that replaced it.
    `current_face` is the character's face now, `recast_face` the face that the round casts again. `links` are message
    URLs by round id. `targets` are the pipeline targets with what was reported.
    `follow_ups` are callbacks and re-auditions of the round; `replacement` says that the face's model is retired or
    replaced.
    `look_alikes` are noted pairs of the face with another one.
    """

    round: Round
    tally: Tally
    titles: Titles
    face: Face | None = None
    upscales: tuple[Upscale, ...] = ()
    upscale_plan: UpscalePlan | None = None
    sheet: Sheet = field(default_factory=Sheet)
    may_draw_sheet: bool = False
    turnout: Turnout | None = None
    parent: RelatedRound | None = None
    child: RelatedRound | None = None
    current_face: Face | None = None
    recast_face: Face | None = None
    version_count: int = 1
    links: Mapping[str, str] = field(default_factory=dict)
    run_off_sheet: str = ""
    look_alikes: tuple[LookAlikeNote, ...] = ()
    targets: tuple[tuple[str, TargetReport | None], ...] = ()
    follow_ups: tuple[RelatedRound, ...] = ()
    replacement: Replacement | None = None

    def link_to(self, face: Face | None) -> str:
        """Return the link to a face's round; empty if it is unknown."""
        return self.links.get(face.round_id, "") if face else ""


def round_view(round_: Round, heading: str, summary: str, *blocks: Block | None, image_placeholder: str = "") -> View:
    """Build a round's message: heading, brief, and what its state shows; `summary` follows the heading in the text."""
    text = f"{escape_mrkdwn(heading)}{summary}"
    return view(text, header(heading), *brief_blocks(round_), *blocks, image_placeholder=image_placeholder)


def portrait_file_id(round_: Round) -> str | None:
    """Return the record's picture, or the one in the thread until it is uploaded."""
    return round_.record_file or (round_.locked_candidate.file_id if round_.locked_candidate else None)


def cancel_button(round_: Round) -> Block:
    question = confirm(labels.CANCEL_QUESTION, labels.cancel_consequence(round_.price), labels.CANCEL_YES)
    return button("cancel", labels.CANCEL, round_.id, confirm=question)


def who_voted_button(round_: Round, tally: Tally) -> Block | None:
    """Offer the names of the voters after an open ballot; never after a sealed one."""
    return button("who_voted", labels.WHO_VOTED, round_.id) if tally.voters and not round_.is_sealed else None


def origin(data: RoundViewData) -> Block | None:
    """Name the face that the round casts again, or the round that it replaced."""
    if data.recast_face:
        return context(
            record_text.recast_of_open_round(data.round.recast_reason, data.recast_face, data.link_to(data.recast_face))
        )
    parent = data.parent
    return context(lineage.parent_summary(data.round, parent.round, parent.tally, parent.link)) if parent else None


def contact_sheet(data: RoundViewData) -> Iterator[Block]:
    """Show the newest uploaded contact sheet, and why Slack rejected a newer one."""
    round_ = data.round
    yield from report.hidden(round_)
    if round_.sheet_file:
        yield image(
            round_.sheet_file, alt_text.contact_sheet(round_, [s.number for s in round_.candidates if s.number])
        )
    if round_.sheet_refused:
        yield section(slack_refusals.sheet_refused(round_))


def blind_failures(data: RoundViewData, *, can_reroll: bool) -> Iterator[Block]:
    """Explain failures without their models; `can_reroll` adds buttons while there are numbers left."""
    round_ = data.round
    has_button = can_reroll and round_.next_number() is not None
    for position, slot in enumerate(round_.failures, start=1):
        line = f"{_failure_heading(data, slot, position)} {failures.blind_reason(round_, slot)}"
        label = labels.reroll_failure(round_.blind_price(slot))
        reroll_button = button(f"reroll_one:{position}", label, slot.id) if has_button else None
        yield section(line, reroll_button)


def named_failures(data: RoundViewData) -> Iterator[Block]:
    """Explain failures with their models, for after the close."""
    for position, slot in enumerate(data.round.failures, start=1):
        yield section(f"{_failure_heading(data, slot, position)} {failures.named_reason(slot, data.titles)}")


def _failure_heading(data: RoundViewData, slot: Slot, position: int) -> str:
    if original_number := data.round.variation_number(slot):
        return failures.missing_variation_heading(original_number)
    return failures.missing_heading(position, len(data.round.failures), data.round.requested_count)
