"""The round's message while it draws, while people vote, and after."""

from datetime import datetime
from decimal import Decimal

from bot.domain.ballot import Tally, Turnout
from bot.domain.brief import Brief, Ground
from bot.domain.catalogue import Size
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.slot import Slot, SlotState
from handlers.text import consent_withdrawal, flaw_tags, lineage, voters
from handlers.text import sealed_ballot as sealed_ballot_text
from handlers.text.format import (
    capitalize_first,
    channel,
    dollars,
    escape_mrkdwn,
    join_parts,
    join_words,
    link,
    person,
    pluralize,
    size,
    time_of_day,
)
from handlers.text.labels import AFTER_THE_VOTE
from handlers.text.model_titles import Titles

SHEET_IN_THREAD = "Slack does not show the contact sheet here: it is in the thread of this message."
HOW_TO_VOTE = "Tap a number or react with it. Vote for as many as you like."

_MAX_NAMED = 12
_USES = {"film": "for film", "advertising": "for advertising", "internal": "for internal use"}
_VOID_REASONS = {
    "cancelled": "The lead cancelled the round.",
    "dropped": "The lead cancelled the round. Its portraits and votes are kept.",
    "consent_withdrawn": consent_withdrawal.VOID_NOTICE,
    "no_candidate": "No portrait arrived, so there is nothing to vote on.",
    "uninstalled": "Castroom was removed from the workspace. The portraits and votes are kept.",
}


def requested_by(round_: Round) -> str:
    """Return `asked by @mei`, with ` · led by @lena` if that is another person."""
    text = f"asked by {person(round_.started_by)}"
    return text if round_.started_by == round_.lead else f"{text} · led by {person(round_.lead)}"


def who_votes(round_: Round) -> str:
    """Return `3 people vote: @a, @b and @c`; empty if everyone may vote."""
    named = [person(user_id) for user_id in round_.brief.voters]
    if not named:
        return ""
    shown = [*named[:_MAX_NAMED], *([f"{len(named) - _MAX_NAMED} more"] if len(named) > _MAX_NAMED else [])]
    return f"{'1 person votes' if len(named) == 1 else f'{len(named)} people vote'}: {join_words(shown)}"


def intended_use(use: str) -> str:
    """Return `for advertising`; empty if the brief names no use."""
    return _USES.get(use, "")


def thread_link(round_: Round, url: str) -> str:
    """Link to the round from the thread that requested it."""
    link_text = link(url, "the round is in the channel")
    return f"{person(round_.started_by)} asked for {escape_mrkdwn(round_.character)} here: {link_text}."


def lead_assigned(round_: Round, url: str) -> str:
    """Tell a lead that another person named them."""
    link_text = link(url, "Go there") if url else ""
    text = (
        f"{person(round_.requested_by)} asks you to lead the casting of {escape_mrkdwn(round_.character)} in "
        f"{channel(round_.place.channel)}: you lock the face, and can cancel, close or extend the vote."
    )
    return f"{text} {link_text}".strip()


def progress(round_: Round) -> str:
    """Return `▰▰▰▱ 3 of 4 in · up to $0.15 for all 4 · voting opens when all are in`."""
    completed, total = len(round_.completed), len(round_.slots)
    bar = "▰" * completed + "▱" * (total - completed)
    for_all = f" for all {total}" if total > 1 else ""
    parts = [f"{bar}  {completed} of {total} in", f"up to {dollars(round_.price)}{for_all}"]
    if not round_.all_slots_final:
        parts.append("voting opens when all are in")
    elif round_.completed:
        parts.append("voting opens now")
    return " · ".join(parts)


def wait_notes(round_: Round, titles: Titles) -> list[str]:
    """Say which slots wait for a rate limit, and until when.

    Our own limits may name the account: no slot has a number yet, and the message shows the models anyway. A limit
    that a vendor reported stays without a name, as failures do.
    """
    waiting = [(s, s.wait_until) for s in round_.slots if s.state is SlotState.PAUSED and s.wait_until]
    lines: dict[str, list[datetime]] = {}
    for slot, until in waiting:
        if slot.requested_at is None:
            lines.setdefault(titles.rate_limit(slot.model), []).append(until)
    texts = [_limit_line(limit, times) for limit, times in lines.items()]
    retry_times = [until for slot, until in waiting if slot.requested_at]
    return [
        *texts,
        *(f"A model is busy; the next try is at {time_of_day(until)}." for until in retry_times),
    ]


def _limit_line(limit: str, times: list[datetime]) -> str:
    """Return `2 wait for OpenAI's limit of 5 images a minute; the last is asked at 13:40:04.`"""
    waiting, last = ("1 waits", "it") if len(times) == 1 else (f"{len(times)} wait", "the last")
    return f"{waiting} for {limit}; {last} is asked at {time_of_day(max(times))}."


def size_note(round_: Round) -> str:
    """Explain `--4k` before the models draw; empty for drafts."""
    if round_.brief.size is not Size.FOUR_K:
        return ""
    return "Each model draws at its largest size; not every model reaches 4K. The sizes are shown after the close."


def frame_note(round_: Round) -> str:
    """Return `16:9 · plain white background`; empty where both are the usual ones."""
    brief = round_.brief
    return join_parts(
        brief.aspect if brief.aspect != Brief.aspect else "",
        "plain white background" if brief.ground is Ground.WHITE else "",
    )


def restart_notice(round_: Round) -> str:
    return (
        f"The bot restarted during this round. No portrait arrived, and up to {dollars(round_.price)} may have been "
        "charged. No model is called again until the lead confirms."
    )


def ballot_status(round_: Round, tally: Tally, turnout: Turnout | None = None) -> str:
    """Return `4 people voted · closes tomorrow at 18:00 · models are hidden until then`."""
    blind_note = "models are hidden until then"
    if round_.run_off:
        blind_note = "models were named at the first close, so this is not blind"
    elif not round_.is_blind:
        blind_note = "one model drew all of these, so the vote is not blind"
    return voters.ballot_status(round_, tally, turnout, blind_note)


def vote_outlook(round_: Round, tally: Tally, turnout: Turnout | None = None) -> str:
    """Say how many votes would change the lead, and what another round costs.

    With named voters, say what the pending ones can still change. Empty before the first vote, and for a sealed ballot
    before its close.
    """
    if turnout:
        return _turnout_outlook(round_, tally, turnout) if tally.leaders else ""
    if not (votes := tally.votes_to_change_lead):
        return ""
    text = f"{'one more vote' if votes == 1 else f'{votes} more votes'} could change the leader"
    return f"{capitalize_first(text)} · {repeat_price(round_)}"


def _turnout_outlook(round_: Round, tally: Tally, turnout: Turnout) -> str:
    """Leave out the price of another round once every vote is in and one candidate leads."""
    leader = round_.leader(tally)
    text = voters.outlook(leader, tally.is_decided(len(turnout.pending)), turnout)
    is_done = turnout.is_complete and leader is not None
    return join_parts(text, "" if is_done else repeat_price(round_)) if text else ""


def repeat_price(round_: Round) -> str:
    return f"another round costs up to {dollars(round_.repeat_price)}"


def in_progress(round_: Round) -> str:
    """List what is still being drawn, and what came too late for the ballot; empty if there is neither."""
    unfinished = [s for s in round_.slots if not s.is_final]
    drawing = sum(not s.variation_of_slot_id for s in unfinished)
    numbers = [str(round_.variation_number(s)) for s in unfinished if s.variation_of_slot_id]
    subject = "a variation" if len(numbers) == 1 else "variations"
    late = pluralize(len(round_.late), "portrait")
    return join_parts(
        f"{drawing} still being drawn" if drawing else "",
        f"{subject} of {join_words(numbers)} being drawn" if numbers else "",
        f"{late} arrived too late for this ballot; the lead can choose it after the close" if round_.late else "",
    )


def result(round_: Round, tally: Tally) -> str:
    """Say how the ballot ended, and what the lead can do."""
    if votes_short := round_.votes_short_of_quorum(tally):
        voted = f"{tally.voters} of the {tally.voters + votes_short} people this ballot needs have voted"
        choices = "The lead can extend voting by a day, decide, or cancel the round."
        return f"{voted}, so the result doesn't stand. {choices}"
    if tally.winner is not None:
        votes = tally.votes[tally.winner]
        return f"{tally.winner} leads: {votes} of {pluralize(tally.voters, 'person', 'people')} voted for it."
    if tally.voters and not tally.leaders:
        voted = pluralize(tally.voters, "person", "people")
        return f"No portrait convinced the {voted} who voted. Refine the brief; {repeat_price(round_)}."
    if not tally.leaders:
        return "No votes. The lead can extend voting by a day, decide, or cancel the round."
    tied = join_words(map(str, tally.leaders))
    each = pluralize(tally.votes[tally.leaders[0]], "vote")
    again = " again" if round_.run_off else ""
    choices = "The lead can decide, extend voting by a day, or cancel the round."
    if round_.run_off_options:
        choices = "Hold a run-off, or the lead decides."
    return f"{tied} are tied{again} with {each} each. {choices}"


def found_none(tally: Tally) -> str:
    """Say how many voters found no candidate; empty if all found one."""
    found = tally.found_none
    return f"{pluralize(found, 'person', 'people')} found no convincing portrait." if found else ""


def candidate_result(round_: Round, slot: Slot, tally: Tally, titles: Titles, *, with_size: bool = False) -> str:
    """Return `*1* · Recraft V4.1 · 3 votes · $0.04` for after the close.

    A second line has the sealed results, or what looked artificial. `with_size` adds the size in pixels.
    """
    number, is_late = slot.number or 0, round_.arrived_after_vote(slot)
    line = join_parts(
        f"*{number}*",
        escape_mrkdwn(titles(slot.model)),
        lineage.variation(round_, slot),
        AFTER_THE_VOTE if is_late else pluralize(tally.votes.get(number, 0), "vote"),
        dollars(slot.cost or Decimal(0)),
        size(slot.portrait) if with_size and slot.portrait else "",
    )
    if is_late:
        return line
    if tally.sealed_results:
        return f"{line}\n{sealed_ballot_text.candidate_results(tally.sealed_results, number, round_.character)}"
    return join_parts(line, flaw_tags.on_candidate((round_.first_tally or tally).flaws, number), separator="\n")


def exact_model_ids(round_: Round) -> str:
    """Return `1 and 2 by recraft:recraftv4_1 · 3 and 4 by openai:gpt-image-2`."""
    numbers_by_model: dict[str, list[str]] = {}
    for slot in round_.candidates:
        numbers_by_model.setdefault(slot.model, []).append(str(slot.number))
    return " · ".join(f"{join_words(numbers)} by `{model}`" for model, numbers in numbers_by_model.items())


def cost(round_: Round) -> str:
    """Sum up what the round's portraits cost."""
    if completed := round_.completed:
        total = sum((slot.cost for slot in completed if slot.cost is not None), Decimal(0))
        text = f"{pluralize(len(completed), 'portrait')} for {dollars(total)}"
        if round_.overspend:
            text += f", {dollars(round_.overspend)} more than was reserved"
        return text if total == round_.price else f"{text}, up to {dollars(round_.price)} with what is missing"
    return f"up to {dollars(round_.price)} may have been charged" if round_.price else "nothing was charged"


def void_notice(round_: Round) -> str:
    if lineage.has_successor(round_):
        return lineage.successor_notice(round_, "")
    return _VOID_REASONS.get(round_.void_reason, "The round ended without a face.")


def reminder(round_: Round) -> str:
    name, closing = escape_mrkdwn(round_.character), voters.closing(round_) or "closes soon"
    if round_.run_off:
        return f"The run-off for {name} {closing}. If you have not chosen yet: tap a number above."
    instruction = "fill in your ballot above" if round_.is_sealed else "tap a number above"
    return f"Voting on {name} {closing}. If you have not voted yet: {instruction}."


def late_portrait(round_: Round) -> str:
    name = escape_mrkdwn(round_.character)
    if round_.state in (RoundState.LOCKED, RoundState.VOID):
        return f"Another portrait for {name} arrived after this round had ended. It is paid for and kept."
    return f"Another portrait for {name} arrived too late for this ballot. The lead can choose it after the close."
