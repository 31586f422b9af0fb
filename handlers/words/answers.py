"""What is said to one person: receipts of votes, help, what can be drawn again."""

from bot.audition import Offer
from bot.voting import Clicked
from handlers.words.text import channel, dollars, quiet

_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight")

HELP = "Cast a face together."
HELP_LINES = (
    "`/cast Maya: weathered 60-year-old fisherwoman, deep crow's feet` asks several models with the same words.",
    "Everybody votes with the numbers under the portraits; whoever asked locks one as Maya's face.",
    "`/cast Maya` shows that face to you, `@Castroom who is Maya?` to the channel, `/cast list` everyone who is cast,"
    " `/cast spend` what it cost, `/cast settings` how this channel casts.",
    "Options come after the brief: `--models recraft,nano-banana` `--each 3` `--look skin|literal|balanced` "
    "`--aspect 1:1|4:5|3:4|2:3|9:16`",
    "`--ballot sealed` keeps every vote private and the count unseen until the close; `--quorum 3` wants three voters.",
    "`--for 24h` `--4k` `--like Maya|photo` (keep a face). The price stands in the message before a model is asked.",
)
HELP_PICTURE = "┌───┬───┐\n│ 1 │ 2 │\n├───┼───┤\n│ 3 │ 4 │\n└───┴───┘"
WORKS = "This works:"
SPENDING_SENT = "What was spent is in our direct message: only you see it there."
REROLL_NOTE = "A portrait drawn again gets the next number; votes stay where they are."
REROLL_FULL = "Eight candidates are the most a round shows, so only all of them can be drawn again."


def receipt(clicked: Clicked) -> str:
    """What a press on a number did, told only to the person who pressed."""
    name = quiet(clicked.character)
    if clicked.on:
        return f"You vote for {clicked.number} as {name}. Tap {clicked.number} again to take it back."
    if clicked.still_reacts:
        reaction = f":{_NUMBERS[clicked.number - 1]}:"
        return f"Your tap on {clicked.number} is taken back. Your {reaction} still votes for it: remove it too."
    return f"You no longer vote for {clicked.number} as {name}."


def unanswered(where: str) -> str:
    """For somebody who asked in a conversation in which no answer can be given; says nothing of the answer."""
    return f"Slack does not let me answer you in {channel(where)}. Type /cast and the name there: that comes through."


def reroll(offer: Offer) -> str:
    """What can be drawn again, before anything is."""
    votes = "All again ends this round and its votes, and opens a new one"
    return f"Draw portraits for {quiet(offer.round.character)} again? {votes}, for up to {dollars(offer.all_price)}."
