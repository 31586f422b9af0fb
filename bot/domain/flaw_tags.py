"""What looked artificial, and the words that a refined brief can answer it with.

The words state what should be there, in the wording of the prompt's frame (bot/domain/prompt.py): image models draw
what a prompt names, also where it says "no".
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.ballot import Flaws, FlawTag, Tally
from bot.domain.prompt import age_markers, find_age

# Kinds whose words a refined brief is offered at a time.
MOST_OFFERED = 2

# One line for each kind: phrases divided by commas. A face that is not the brief's has no words: only the brief can say
# what it wants.
FLAW_WORDS: Mapping[FlawTag, str] = {
    FlawTag.TOO_SMOOTH: "visible pores, fine lines, uneven tone, a little redness",
    FlawTag.FAKE_TEXTURE: "natural skin, visible pores of uneven size, stubble or peach fuzz where it grows",
    FlawTag.EYES: "eyes open and in focus, the same window light in both eyes, natural asymmetries of lids and brows",
    FlawTag.TEETH: "natural teeth, slightly uneven, slightly off-white",
    FlawTag.HAIR: "natural hair with loose strands, a soft uneven hairline",
    FlawTag.LIGHT: "soft natural light from a window on one side, true colours, soft shadows",
    FlawTag.TOO_PRETTY: "an ordinary face, natural asymmetries, unretouched, as on the day",
    FlawTag.WRONG_AGE: "face, neck and hair of one age, signs of age as described",
}


@dataclass(frozen=True)
class FlawShare:
    """How many of the `portraits` of a ballot got a tag."""

    tagged: int
    portraits: int

    @property
    def share(self) -> float:
        return self.tagged / self.portraits if self.portraits else 0.0


@dataclass(frozen=True)
class OfferedWords:
    """Words for one kind that `count` answers named in a round."""

    tag: FlawTag
    count: int
    words: str


@dataclass(frozen=True)
class FlawRemedy:
    """Words that a tag brought into a refined brief, as they were sent, and the tag's share in the round before.

    `before` is None where nobody was asked there.
    """

    tag: FlawTag
    words: str
    before: FlawShare | None = None


def totals(flaws: Flaws) -> Mapping[FlawTag, int]:
    """Count the answers of all candidates by kind, most frequent first; kinds with the same count in a fixed order."""
    counts: Counter[FlawTag] = Counter()
    for counted in flaws.values():
        counts.update(counted)
    order = list(FlawTag)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], order.index(item[0]))))


def words_for(tag: FlawTag, brief: str) -> str:
    """Return the words for a kind that the brief does not have yet; empty without any.

    For a wrong age they are those of the brief's own age, where it gives one in digits.
    """
    age = find_age(brief) if tag is FlawTag.WRONG_AGE else None
    words = f"age realistically at {age}, {age_markers(age)}" if age else FLAW_WORDS.get(tag, "")
    known = _folded(brief)
    return ", ".join(phrase for phrase in words.split(", ") if phrase and phrase.casefold() not in known)


def offer_words(counts: Mapping[FlawTag, int], brief: str) -> tuple[OfferedWords, ...]:
    """Return words for the two most frequent kinds that have any; `counts` as `totals` returns them."""
    offers = (OfferedWords(tag, count, words_for(tag, brief)) for tag, count in counts.items())
    return tuple(offer for offer in offers if offer.words)[:MOST_OFFERED]


def add_words(text: str, words: str) -> str:
    """Return the brief with the words at its end: in its last sentence, after it, or in a line of their own."""
    brief = text.rstrip()
    if "\n" in brief:
        return f"{brief}\n{words}"
    if brief.endswith((".", "!", "?", "…")):
        return f"{brief} {words[:1].upper()}{words[1:]}."
    return f"{brief.rstrip(',;')}, {words}"


def kept_words(words: str, text: str) -> str:
    """Return the phrases that a person left in the text they sent; empty if none stands there."""
    sent = _folded(text)
    return ", ".join(phrase for phrase in words.split(", ") if phrase and phrase.casefold() in sent)


def shares(tally: Tally | None) -> Mapping[FlawTag, FlawShare]:
    """Return each kind's share of a ballot's candidates that at least one person tagged.

    Empty where nobody answered: without a sealed ballot, and where nobody tagged a candidate of an open one.
    """
    if tally is None or not (tally.flaws or (tally.sealed_results and tally.voters)):
        return {}
    return {
        tag: FlawShare(sum(tag in tally.flaws.get(number, {}) for number in tally.votes), len(tally.votes))
        for tag in FlawTag
    }


def remedies(
    tags: Sequence[FlawTag], old_text: str, sent: str, before: Mapping[FlawTag, FlawShare]
) -> tuple[FlawRemedy, ...]:
    """Return what each tag whose words were added has left in the text that was sent."""
    found = ((tag, kept_words(words_for(tag, old_text), sent)) for tag in dict.fromkeys(tags))
    return tuple(FlawRemedy(tag, words, before.get(tag)) for tag, words in found if words)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
