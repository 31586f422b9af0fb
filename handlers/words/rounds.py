"""What a round's message says while it draws, while people vote, and after."""

from datetime import datetime
from decimal import Decimal

from bot.ballot import Tally, Turnout
from bot.catalogue import Size
from bot.round import Round, State
from bot.slot import Slot, SlotState
from handlers.words import lineage, sealed
from handlers.words import voters as voting
from handlers.words.labels import AFTER_THE_VOTE
from handlers.words.text import channel, count, cut, dollars, link, moment, person, quiet, several, size, when
from handlers.words.titles import Titles

_MOST_NAMED = 12
_USES = {"film": "for film", "advertising": "for advertising", "internal": "for internal use"}
_STYLE_SHOWN = 300
_VOID = {
    "cancelled": "The lead cancelled the round.",
    "dropped": "The lead dropped the round. Its portraits and votes are kept.",
    "no_candidate": "No portrait came, so there is nothing to vote on.",
}


def asked_by(round_: Round) -> str:
    """`asked by @mei`, and `led by @lena` where that is somebody else."""
    asked = f"asked by {person(round_.starter)}"
    return asked if round_.starter == round_.lead else f"{asked} · led by {person(round_.lead)}"


def who_votes(round_: Round) -> str:
    """`3 people vote: @a, @b and @c`; empty where everybody may."""
    named = [person(one) for one in round_.brief.voters]
    if not named:
        return ""
    shown = [*named[:_MOST_NAMED], *([f"{len(named) - _MOST_NAMED} more"] if len(named) > _MOST_NAMED else [])]
    return f"{'1 person votes' if len(named) == 1 else f'{len(named)} people vote'}: {several(shown)}"


def use(wanted: str) -> str:
    """`for advertising`; empty where nobody said."""
    return _USES.get(wanted, "")


def pointed(round_: Round, url: str) -> str:
    """In the thread that a round was asked for in."""
    there = link(url, "the round is in the channel")
    return f"{person(round_.starter)} asked for {quiet(round_.character)} here: {there}."


def leads(round_: Round, url: str) -> str:
    """To a lead whom somebody else named."""
    there = link(url, "Go there") if url else ""
    told = (
        f"{person(round_.asked_by)} asks you to lead the casting of {quiet(round_.character)} in "
        f"{channel(round_.place.channel)}: you lock the face, and can cancel, close or extend the vote."
    )
    return f"{told} {there}".strip()


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


def ballot(round_: Round, tally: Tally, turnout: Turnout | None = None) -> str:
    """`4 people voted · closes tomorrow at 18:00 · models are hidden until then`."""
    blind = "models are hidden until then" if round_.blind else "one model drew all of these, so the vote is not blind"
    if round_.run_off:
        blind = "models were named at the first close, so this is not blind"
    needed = f"{tally.voters + lacking} needed" if (lacking := round_.lacking(tally)) else ""
    counted = voting.turnout(turnout) if turnout else voters(tally.voters)
    return " · ".join([counted, *filter(None, [needed]), *_closing(round_.closes_at), blind])


def stop_sign(round_: Round, tally: Tally, turnout: Turnout | None = None) -> str:
    """Whether it is worth going on: how far the vote is from turning, and what another round would cost.

    Where voters are named it is what those who have not voted can still change, votes given standing as they are.

    Empty while nobody has voted, and before a sealed ballot closes, since nobody may know then.
    """
    if turnout:
        return _outlook(round_, tally, turnout) if tally.leaders else ""
    if not (votes := tally.to_turn):
        return ""
    turning = "one more vote could change this" if votes == 1 else f"it takes {votes} more votes to change this"
    return f"{turning[0].upper()}{turning[1:]} · {another(round_)}"


def _outlook(round_: Round, tally: Tally, turnout: Turnout) -> str:
    """Once every vote is in and one leads, there is nothing more to offer than the lock."""
    leader = round_.leader(tally)
    told = voting.outlook(leader, tally.settled(len(turnout.awaited)), turnout)
    done = turnout.complete and leader is not None
    return " · ".join(filter(None, [told, "" if done else another(round_)])) if told else ""


def another(round_: Round) -> str:
    return f"another round costs up to {dollars(round_.another)}"


def voters(number: int) -> str:
    return f"{count(number, 'person', 'people')} voted" if number else "Nobody has voted yet"


def under_way(round_: Round) -> str:
    """What is still being drawn, or came too late for this ballot; empty when there is neither."""
    drawing = sum(not s.final and not s.vary_of for s in round_.slots)
    varied = [str(round_.varied(s)) for s in round_.slots if not s.final and s.vary_of]
    late = len(round_.late)
    parts = [f"{drawing} still being drawn"] if drawing else []
    if varied:
        parts.append(f"{'a variation' if len(varied) == 1 else 'variations'} of {several(varied)} being drawn")
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


def revealed(round_: Round, slot: Slot, tally: Tally, titles: Titles, *, sized: bool = False) -> str:
    """`*1* · Recraft V4.1 · 3 votes · $0.04` for after the close, `sized` with its pixels, and how a sealed ballot
    answered on a line of its own."""
    number, late = slot.number or 0, round_.came_after(slot)
    parts = [
        f"*{number}*",
        quiet(titles(slot.model)),
        lineage.variation(round_, slot),
        AFTER_THE_VOTE if late else count(tally.votes.get(number, 0), "vote"),
        dollars(slot.cost or Decimal(0)),
        size(slot.portrait) if sized and slot.portrait else "",
    ]
    line = " · ".join(filter(None, parts))
    return f"{line}\n{sealed.answers(tally.answers, number, round_.character)}" if tally.answers and not late else line


def exactly(round_: Round) -> str:
    """`1 and 2 by recraft:recraftv4_1 · 3 and 4 by openai:gpt-image-2`: the exact ids, for after the close."""
    drawn: dict[str, list[str]] = {}
    for slot in round_.candidates:
        drawn.setdefault(slot.model, []).append(str(slot.number))
    return " · ".join(f"{several(numbers)} by `{model}`" for model, numbers in drawn.items())


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
    if lineage.took_over(round_):
        return lineage.fate(round_, "")
    return _VOID.get(round_.why_void, "The round ended without a face.")


def reminder(round_: Round) -> str:
    closing = " · ".join(_closing(round_.closes_at)) or "closes soon"
    if round_.run_off:
        return f"The run-off for {quiet(round_.character)} {closing}. If you have not chosen yet: tap a number above."
    how = "fill in your ballot above" if round_.sealed else "tap a number above"
    return f"Voting on {quiet(round_.character)} {closing}. If you have not voted yet: {how}."


def late(round_: Round) -> str:
    name = quiet(round_.character)
    if round_.state in (State.LOCKED, State.VOID):
        return f"Another portrait for {name} came after this round had ended. It is paid for and kept."
    return f"Another portrait for {name} came too late for this ballot. The lead can take it after the close."


def _closing(closes_at: datetime | None) -> list[str]:
    return [f"closes {when(closes_at)}"] if closes_at else []
