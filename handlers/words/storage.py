"""Trouble with database or portraits, told to whoever pressed, and to the lead of a round that waits for it."""

from bot.errors import NotKept
from bot.round import Round
from handlers.words.text import channel, quiet

PORTRAIT_LOST = (
    "A picture that belongs to this is missing from where I keep them, so nothing was changed. Whoever runs Castroom "
    "can bring it back from a backup; then try again."
)
_WHY = {
    "full": "the disk I write to is full",
    "read_only": "I am not allowed to write where I keep things",
    "locked": "another program holds my database",
    "damaged": "my database is damaged, and I write nothing over it",
    "away": "I cannot reach what I keep",
}
_CURES = {
    "full": "Whoever runs Castroom has to make room",
    "read_only": "Whoever runs Castroom has to make my data folder writable",
    "locked": "Whoever runs Castroom can find out which",
    "damaged": "Whoever runs Castroom has to stop me and restore a backup",
    "away": "Whoever runs Castroom finds out more with: python -m bot doctor",
}


def not_kept(error: NotKept) -> str:
    """For whoever pressed: what they asked for did not happen."""
    why = _capital(_WHY.get(error.why, _WHY["away"]))
    cure = _CURES.get(error.why, _CURES["away"])
    return f"{why}. So this was not done, and nothing was spent. {cure}; then try again."


def waits(round_: Round, why: str) -> str:
    """For the lead of a round whose errand meets trouble."""
    again = "" if why == "damaged" else ", and the round goes on by itself"
    return (
        f"{quiet(round_.character)} in {channel(round_.place.channel)} waits: {_WHY[why]}. Nothing is lost, and "
        "meanwhile no model is asked. A portrait that has just come is held until it can be written, so do not stop me "
        "before. "
        f"{_CURES[why]}{again}."
    )


def portrait_lost(round_: Round) -> str:
    """For the lead of a round that cannot go on without a picture."""
    return (
        f"{quiet(round_.character)} in {channel(round_.place.channel)} cannot be shown whole: a picture of it is "
        "missing from where I keep them. Nothing was changed. Whoever runs Castroom can bring it back from a backup, "
        "and the round goes on by itself."
    )


def told_lead(word: str, round_: Round) -> str:
    """What `word` (portrait_lost, or not_kept: with a reason) says."""
    kind, _, why = word.partition(":")
    return portrait_lost(round_) if kind == "portrait_lost" else waits(round_, why if why in _WHY else "away")


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
