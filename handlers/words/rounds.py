"""What a round's message says while it draws, while people vote, and after."""

from datetime import datetime
from decimal import Decimal

from bot.ballot import Tally
from bot.catalogue import Size
from bot.face import Face
from bot.round import Round, Slot, SlotState
from handlers.words import sealed
from handlers.words.text import count, cut, day, dollars, moment, person, quiet, several, size, when
from handlers.words.titles import Titles

_STYLE_SHOWN = 300
_VOID = {
    "cancelled": "The lead cancelled the round.",
    "dropped": "The lead dropped the round. Its portraits and votes are kept.",
    "rerolled": "The lead asked for all portraits again: the new round has its own message.",
    "no_candidate": "No portrait came, so there is nothing to vote on.",
}


def asked_by(round_: Round) -> str:
    return f"asked by {person(round_.lead)}"


def progress(round_: Round) -> str:
    """`▰▰▰▱ 3 of 4 in · up to $0.15 for all · voting opens when all are in`."""
    arrived, total = len(round_.arrived), len(round_.slots)
    bar = "▰" * arrived + "▱" * (total - arrived)
    parts = [f"{bar}  {arrived} of {total} in", f"up to {dollars(round_.price)} for all {total}"]
    if not round_.settled:
        parts.append("voting opens when all are in")
    elif round_.arrived:
        parts.append("voting opens now")
    return " · ".join(parts)


def pauses(round_: Round, titles: Titles) -> list[str]:
    """Who waits for what, and until when.

    A line before an account may be named: nothing has a number yet, and who draws stands in the message anyway. What a
    vendor asked for is told without its name, since that is close to a miss.
    """
    waiting = [(s, s.paused_until) for s in round_.slots if s.state is SlotState.PAUSED and s.paused_until]
    lines: dict[str, list[datetime]] = {}
    for slot, until in waiting:
        if slot.asked_at is None:
            lines.setdefault(titles.limit(slot.model), []).append(until)
    told = [_line(limit, untils) for limit, untils in lines.items()]
    again = [until for slot, until in waiting if slot.asked_at]
    return [*told, *(f"A model asks for patience; it is asked again at {moment(until)}." for until in again)]


def _line(limit: str, untils: list[datetime]) -> str:
    """`2 wait for OpenAI's limit of 5 images a minute; the last is asked at 13:40:04.`"""
    who, last = ("1 waits", "it") if len(untils) == 1 else (f"{len(untils)} wait", "the last")
    return f"{who} for {limit}; {last} is asked at {moment(max(untils))}."


def style(round_: Round) -> str:
    """The production's own words in every prompt; empty where it has none."""
    return f"House style: {quiet(cut(round_.brief.style, _STYLE_SHOWN))}" if round_.brief.style else ""


def sizes(round_: Round) -> str:
    """What `--4k` promises, before a model is asked; empty for drafts."""
    if round_.brief.size is not Size.FOUR_K:
        return ""
    return "Each model draws at its largest size, which is not 4K for every one. The sizes are told after the close."


def stranded(round_: Round) -> str:
    return (
        f"A restart came in between: no portrait is here, and up to {dollars(round_.price)} may have been charged. "
        "Nothing is asked again until the lead says so."
    )


SHEET_IN_THREAD = "Slack does not show the contact sheet here: it is in the thread of this message."
HOW_TO_VOTE = "Tap a number or react with it. Vote for as many as you like."


def ballot(round_: Round, tally: Tally) -> str:
    """`4 people voted · closes tomorrow at 18:00 · models are hidden until then`."""
    blind = "models are hidden until then" if round_.blind else "one model drew all of these, so the vote is not blind"
    if round_.run_off:
        blind = "models were named at the first close, so this is not blind"
    needed = f"{tally.voters + lacking} needed" if (lacking := round_.lacking(tally)) else ""
    return " · ".join([voters(tally.voters), *filter(None, [needed]), *_closing(round_.closes_at), blind])


def stop_sign(round_: Round, tally: Tally) -> str:
    """Whether it is worth going on: how far the vote is from turning, and what another round would cost.

    Empty while nobody has voted, and before a sealed ballot closes, since nobody may know then.
    """
    if not (votes := tally.to_turn):
        return ""
    turning = "one more vote could change this" if votes == 1 else f"it takes {votes} more votes to change this"
    return f"{turning[0].upper()}{turning[1:]} · {another(round_)}"


def another(round_: Round) -> str:
    return f"another round costs up to {dollars(round_.another)}"


def voters(number: int) -> str:
    return f"{count(number, 'person', 'people')} voted" if number else "Nobody has voted yet"


def under_way(round_: Round) -> str:
    """What is still being drawn, or came too late for this ballot; empty when there is neither."""
    drawing = sum(not s.final for s in round_.slots)
    late = len(round_.late)
    parts = [f"{drawing} still being drawn"] if drawing else []
    if late:
        parts.append(f"{count(late, 'portrait')} came too late for this ballot and can be taken after the close")
    return " · ".join(parts)


def result(round_: Round, tally: Tally) -> str:
    """How the ballot ended and what can be done about it."""
    if lacking := round_.lacking(tally):
        voted = f"{tally.voters} of the {tally.voters + lacking} people this ballot needs have voted"
        return f"{voted}, so it decides nothing. The lead can extend it a day, decide, or drop the round."
    if tally.winner is not None:
        votes = tally.votes[tally.winner]
        return f"{tally.winner} leads: {votes} of {count(tally.voters, 'person', 'people')} voted for it."
    if tally.answers and tally.voters and not tally.leaders:
        voted = count(tally.voters, "person", "people")
        return f"Nothing here reads human and right to the {voted} who voted: refine the brief; {another(round_)}."
    if not tally.leaders:
        return "Nobody voted. The lead can extend it a day, decide, or drop the round."
    level = several([str(n) for n in tally.leaders])
    each = count(tally.votes[tally.leaders[0]], "vote")
    again = " again" if round_.run_off else ""
    ways = "The lead can decide, extend it a day, or drop the round."
    if round_.close_call:
        ways = "A run-off can tell, or the lead decides."
    return f"{level} are level{again} with {each} each. {ways}"


def revealed(slot: Slot, tally: Tally, titles: Titles, name: str) -> str:
    """A candidate with its model, its size and that model's exact id, for after the close."""
    votes = count(tally.votes.get(slot.number or 0, 0), "vote")
    drawn = f" · {size(slot.portrait)}" if slot.portrait else ""
    line = f"*{slot.number}* {quiet(titles(slot.model))} · {votes} · `{slot.model}`{drawn}"
    return f"{line} · {sealed.answers(tally.answers, slot.number or 0, name)}" if tally.answers else line


def record(face: Face, titles: Titles) -> str:
    """`Candidate 1 · Recraft V4.1 · 3 of 4 votes · locked by @lead on 24 November`."""
    votes = f"{face.tally.get(face.number, 0)} of {count(face.voters, 'vote')}" if face.voters else "nobody voted"
    decided = "decided" if face.decided_by_lead else "locked"
    parts = [f"Candidate {face.number}", quiet(titles(face.model)), votes]
    return " · ".join([*parts, f"{decided} by {person(face.locked_by)} on {day(face.locked_at)}"])


def others(round_: Round, tally: Tally, titles: Titles) -> str:
    """`The others: 2 GPT-Image-2 (1), 3 Recraft V4.1 (1) · understudy: 3`; empty when there are none."""
    rest = [s for s in round_.candidates if s.id != round_.locked_slot]
    told = [f"{s.number} {quiet(titles(s.model))} ({tally.votes.get(s.number or 0, 0)})" for s in rest]
    if not told:
        return ""
    understudy = tally.understudy if tally.winner == (round_.locked.number if round_.locked else None) else None
    return f"The others: {', '.join(told)}" + (f" · understudy: {understudy}" if understudy else "")


def cost(round_: Round) -> str:
    """What the round's portraits came to."""
    if arrived := round_.arrived:
        came_to = sum((slot.cost for slot in arrived if slot.cost is not None), Decimal(0))
        told = f"{count(len(arrived), 'portrait')} for {dollars(came_to)}"
        if round_.above:
            told += f", {dollars(round_.above)} more than was reserved"
        return told if came_to == round_.price else f"{told}, up to {dollars(round_.price)} with what is missing"
    return f"up to {dollars(round_.price)} may have been charged" if round_.price else "nothing was charged"


def void(round_: Round) -> str:
    return _VOID.get(round_.why_void, "The round ended without a face.")


def reminder(round_: Round) -> str:
    closing = " · ".join(_closing(round_.closes_at)) or "closes soon"
    if round_.run_off:
        return f"The run-off for {quiet(round_.character)} {closing}. If you have not chosen yet: tap a number above."
    how = "fill in your ballot above" if round_.sealed else "tap a number above"
    return f"Voting on {quiet(round_.character)} {closing}. If you have not voted yet: {how}."


def late(round_: Round) -> str:
    name = quiet(round_.character)
    return f"Another portrait for {name} came too late for this ballot. The lead can take it after the close."


def _closing(closes_at: datetime | None) -> list[str]:
    return [f"closes {when(closes_at)}"] if closes_at else []
