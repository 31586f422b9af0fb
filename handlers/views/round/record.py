"""The round message after the lock: the record."""

from collections.abc import Iterator

from bot.domain.callback import FINALISTS
from bot.domain.face import Face
from bot.domain.flaw_tags import shares
from bot.domain.upscale import UpscaleState, latest_upscale
from handlers.text import alt_text, consent_withdrawal, labels
from handlers.text import callback as callback_text
from handlers.text import character_sheet as sheet_text
from handlers.text import flaw_tags as flaw_tag_text
from handlers.text import look_alikes as look_alike_text
from handlers.text import reaudition as reaudition_text
from handlers.text import recast as recast_text
from handlers.text import record as words
from handlers.text import round as round_text
from handlers.text import run_off as run_off_text
from handlers.text import upscale as upscale_text
from handlers.text.format import escape_mrkdwn, join_parts
from handlers.views import character_sheet, targets
from handlers.views import picture_report as report
from handlers.views.builder import Block, View, actions, button, confirm, context, header, image, section, view
from handlers.views.full_brief import brief_blocks
from handlers.views.round.follow_up import outcomes
from handlers.views.round.shared import RoundViewData, portrait_file_id, who_voted_button


def record(data: RoundViewData) -> View:
    round_, face = data.round, data.face
    file_id = portrait_file_id(round_)
    title = words.header(face, data.current_face) if face else labels.round_header(round_)
    winner = words.winner_plain_text(face, data.titles) if face else ""
    return view(
        join_parts(escape_mrkdwn(title), winner, separator=" "),
        header(title),
        *brief_blocks(round_),
        *report.hidden(round_),
        image(file_id, alt_text.face(round_.character, round_.brief.text))
        if file_id and not round_.is_face_hidden
        else None,
        *(_face_blocks(data, face) if face else ()),
        context(look_alike_text.notes(data.look_alikes)),
        context(run_off_text.first_ballot(round_)),
        context(words.other_candidates(round_, data.tally, data.titles)),
        context(flaw_tag_text.remedy_outcomes(round_.remedies, shares(round_.first_tally))),
        context(words.expired_portraits(round_)),
        context(
            round_text.cost(round_),
            upscale_text.original_size(face.portrait) if face else "",
        ),
        *outcomes(data),
        *_upscale_blocks(data),
        targets.record_block(round_.id, data.targets),
        context(sheet_text.record_line(data.sheet)),
        actions(_buttons(data)),
    )


def _face_blocks(data: RoundViewData, face: Face) -> Iterator[Block | None]:
    """Say what changed since, how the face was chosen, who is the understudy, and which face it replaces."""
    round_, tally, titles = data.round, data.tally, data.titles
    if withdrawn := consent_withdrawal.notice(face.consent_withdrawn_at):
        yield section(withdrawn)
    if unlock_text := words.unlock_notice(face, data.current_face, data.link_to(data.current_face)):
        yield section(unlock_text)
    winner = words.winner(face, titles, words.sealed_results(round_, tally, round_.locked_candidate))
    yield section(winner, who_voted_button(round_, tally))
    if number := words.understudy(round_, tally):
        understudy = round_.candidate_by_number(number)
        yield section(words.understudy_line(understudy, tally, titles, words.sealed_results(round_, tally, understudy)))
    if data.recast_face:
        yield context(
            words.recast_of_closed_round(round_.recast_reason, data.recast_face, data.link_to(data.recast_face))
        )


def _upscale_blocks(data: RoundViewData) -> Iterator[Block | None]:
    """Show the newest upscale, with buttons while it waits for the lead's decision."""
    if not (upscale := latest_upscale(data.upscales)):
        return
    text = upscale_text.status(upscale, data.titles)
    if upscale.state is not UpscaleState.OFFERED:
        yield context(text)
        return
    yield section(text)
    if upscale.pair_file:
        yield image(upscale.pair_file, alt_text.upscale_pair(data.round.character, data.round.brief.text))
        value = f"{upscale.round_id} {upscale.id}"
        keep_button = button("keep_finish", labels.KEEP_UPSCALE, value, style="primary")
        yield actions([keep_button, button("keep_original", labels.KEEP_ORIGINAL, value)])


def _buttons(data: RoundViewData) -> Iterator[Block]:
    """Offer upscale and re-cast for the current face only."""
    round_, face, current_face = data.round, data.face, data.current_face
    is_current = face is not None and (current_face is None or current_face.round_id == face.round_id)
    if is_current and current_face:
        yield from _upscale_button(data)
        if data.may_draw_sheet and not current_face.consent_withdrawn_at and not round_.is_face_hidden:
            yield character_sheet.open_button(round_.id)
    yield button("full", labels.FULL, round_.id)
    yield button("facts", labels.FACTS, round_.id)
    yield button("take", labels.DOWNLOAD, round_.id)
    if data.version_count > 1:
        yield button("versions", labels.VERSIONS, round_.id)
    if is_current:
        yield button("recast_face", recast_text.OPEN, round_.id)
    if is_current and current_face and not current_face.consent_withdrawn_at:
        yield from _follow_up_buttons(data)
    yield report.report_button(round_.id)
    reference = round_.brief.reference
    if reference and reference.consent and not reference.is_withdrawn:
        question = confirm(consent_withdrawal.TITLE, consent_withdrawal.CONSEQUENCE, consent_withdrawal.YES)
        yield button("withdraw_consent", consent_withdrawal.BUTTON, round_.id, confirm=question)


def _follow_up_buttons(data: RoundViewData) -> Iterator[Block]:
    """Offer a callback, and a re-audition once the face's model is retired or replaced."""
    if len(data.round.candidates) >= FINALISTS:
        yield button("callback", callback_text.OPEN, data.round.id)
    if data.replacement:
        yield button("reaudition", reaudition_text.OPEN, data.round.id)


def _upscale_button(data: RoundViewData) -> Iterator[Block]:
    """Offer an upscale with its price, unless there is one or no model can do it."""
    latest = latest_upscale(data.upscales)
    if data.face and data.face.consent_withdrawn_at:
        return
    if data.upscale_plan is None or (latest and latest.is_live):
        return
    attempt = latest.attempt + 1 if latest else 1
    plan = data.upscale_plan
    label = labels.upscale(plan.price, reaches_4k=plan.reaches_4k)
    title, consequence = labels.upscale_question(data.round.character), upscale_text.consequence(plan, data.titles)
    confirmation = confirm(title, consequence, label)
    yield button("finish", label, f"{data.round.id} {attempt} {plan.model}", confirm=confirmation)
