"""Who draws and why these, and what can be cast instead of what is not to be had."""

from decimal import Decimal

from bot.errors import Absent, Offered, Unavailable
from bot.round import Reason, Round
from handlers.words.text import cut, dollars, quiet, several
from handlers.words.titles import Titles

_WORD_LIMIT = 30
_TITLES_LIMIT = 35
_LOOKS = {
    "": "skin and wardrobe both matter here",
    "skin": "skin comes first here",
    "literal": "wardrobe and expression come first here",
    "balanced": "a balance of skin and wardrobe is wanted here",
}
_WHY = {
    "no_key": "has no account here",
    "retired": "is retired",
    "down": "does not answer at the moment",
    "budget": "would pass what a round may cost",
    "no_reference": "takes no reference here",
}
_WHY_BRIEFLY = {"no_key": "no key", "retired": "retired", "down": "it does not answer", "no_reference": "no references"}


_CHOSEN = {"named": ", as asked", "usual": ", as usual in this production"}


def models(round_: Round, titles: Titles) -> str:
    """Who draws, and why these; then each model that was wanted and does not draw."""
    names = several([quiet(titles(m)) for m in round_.models])
    reason = round_.reason
    absent = left_out(reason)
    if reason.kind == "only_one" and not any(a.why != "no_key" for a in reason.absent):
        return f"Only {names} has an account here: one model draws all {len(round_.slots)}, so the vote is not blind."
    if len(round_.models) > 1:
        return " ".join([f"{names} get the same words{why(reason)}.", *absent])
    asked = _CHOSEN.get(reason.kind, "")
    return " ".join([f"{names} alone draws{asked}: the vote is not blind.", *absent])


def why(reason: Reason) -> str:
    """`, as asked`, `, as usual here`, ` (skin: “pores”; era: “1920s”)` or what matters otherwise."""
    if reason.kind in _CHOSEN:
        return _CHOSEN[reason.kind]
    if reason.heard:
        return f" ({'; '.join(f'{rule}: {_quoted(words)}' for rule, words in reason.heard)})"
    return f" ({_LOOKS.get(reason.look, _LOOKS[''])})"


def left_out(reason: Reason) -> list[str]:
    """Each model that was wanted and does not draw."""
    return [_left_out(absent) for absent in reason.absent]


def unavailable(error: Unavailable) -> str:
    """What is not to be had, and what its stand-in costs."""
    told = " ".join(_not_now(absent) for absent in error.absent)
    return f"{told} Nothing was started."


def offer(offered: Offered) -> str:
    """A button: `Cast with it for up to $0.47`, `Only with Recraft V4.1 for up to $0.14`; plain text."""
    price = dollars(offered.price)
    if offered.kind == "instead":
        return f"Cast with it for up to {price}"
    return f"Only with {cut(several(offered.titles), _TITLES_LIMIT)} for up to {price}"


def _left_out(absent: Absent) -> str:
    so = f"{quiet(absent.instead)} draws instead" if absent.instead else "it was left out"
    return f"{quiet(absent.title)} {_WHY.get(absent.why, _WHY['down'])}, so {so}."


def _not_now(absent: Absent) -> str:
    gone = f"{quiet(absent.title)} is not available now ({_WHY_BRIEFLY.get(absent.why, absent.why)})."
    if not absent.instead:
        return gone
    return f"{gone} {quiet(absent.instead)} instead costs up to {_compared(absent.instead_price, absent.price)}."


def _compared(now: Decimal, before: Decimal) -> str:
    return f"{dollars(now)} a portrait instead of {dollars(before)}"


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f"“{quiet(cut(word, _WORD_LIMIT))}”" for word in words)
