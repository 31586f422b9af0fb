"""What is said where voters are named: who votes, how many have, what the rest can still change."""

from bot.ballot import Turnout
from bot.round import Round
from handlers.words.text import channel, count, link, person, quiet, several, when

TAKE_OVER = "Take over this round"


def only(voters: tuple[str, ...], name: str) -> str:
    """For somebody whose vote does not count."""
    return f"Only {several([person(one) for one in voters])} can vote on {quiet(name)}. Your vote was not counted."


def turnout(shown: Turnout) -> str:
    """`3 of 5 voted`, and who will not any more."""
    told = f"{shown.voted} of {shown.invited} voted"
    return f"{told}, {shown.left} {'has' if shown.left == 1 else 'have'} left" if shown.left else told


def outlook(leader: int | None, settled: bool, shown: Turnout) -> str:
    """What those who have not voted can still change; empty while nobody has voted."""
    remaining = len(shown.awaited)
    if not shown.voted:
        return ""
    if not remaining:
        return "Every vote is in"
    rest = f"the remaining {_number(remaining)}"
    if settled and leader is not None:
        return f"{leader} leads whatever {rest} {'says' if remaining == 1 else 'say'}"
    return f"{rest[0].upper()}{rest[1:]} can still change this"


def all_in(round_: Round) -> str:
    """For the thread, once."""
    votes = "Every vote is" if len(round_.brief.voters) == 1 else "All votes are"
    return f"{votes} in for {quiet(round_.character)}: {person(round_.lead)} can close the vote now."


def missing(round_: Round, url: str) -> str:
    """To one voter alone."""
    where = f"{quiet(round_.character)} in {channel(round_.place.channel)}"
    closing = f" Voting closes {when(round_.closes_at)}." if round_.closes_at else ""
    return f"Your vote on {where} is missing.{closing} {link(url, 'Vote now')}"


def led_by(round_: Round) -> str:
    """Empty where whoever asked leads it."""
    return f"led by {person(round_.lead)}" if round_.asked_by not in ("", round_.lead) else ""


def left(lead: str, what: str) -> str:
    """`what` as in `close this vote`."""
    return f"Only {person(lead)} can {what}, and that account is closed. Somebody else can lead the round from here."


def dropping(name: str) -> str:
    return f"Drop the round for {quiet(name)}? Nobody is cast; its portraits and votes are kept."


def extended(round_: Round) -> str:
    closing = f" closes {when(round_.closes_at)}" if round_.closes_at else " stays open a day longer"
    return f"Voting on {quiet(round_.character)} now{closing}."


def took_over(name: str) -> str:
    return f"You lead the round for {quiet(name)} now."


def _number(number: int) -> str:
    words = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return words[number] if number < len(words) else count(number, "voter")
