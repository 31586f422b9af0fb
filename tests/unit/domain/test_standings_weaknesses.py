"""The weakness map: shares of portraits, and when it is too early to give one."""

from dataclasses import replace
from random import Random

import pytest

from bot.domain.ballot import FlawTag, SealedResults, Tally
from bot.domain.brief import BallotMode
from bot.domain.routing.reason import RoutingReason
from bot.domain.standings.report import tagged_round
from bot.domain.standings.weaknesses import TaggedRound, Weakness, map_weaknesses, wilson_interval
from tests.support.builders import make_closed_round

SMOOTH = FlawTag.TOO_SMOOTH
ROUND = make_closed_round({1: 1, 2: 1, 3: 0, 4: 0}, 2)
TAGGED = replace(ROUND, tally=replace(ROUND.tally or Tally({}, 0), open_flaws={1: {SMOOTH: 3}}))


def rounds_of(*tagged: int, drawn: int = 2) -> list[TaggedRound]:
    """Return one round for each number: so many of model a's `drawn` portraits are tagged, and none of b's one."""
    return [
        TaggedRound(dict.fromkeys(range(1, drawn + 1), "a") | {9: "b"}, {n: {SMOOTH: 1} for n in range(1, count + 1)})
        for count in tagged
    ]


def weakness(rounds: list[TaggedRound], model: str = "a", tag: FlawTag = SMOOTH) -> Weakness:
    (found,) = (one for one in map_weaknesses(rounds) if one.model == model)
    return next(one for one in found.weaknesses if one.tag is tag)


def test_the_share_counts_portraits_and_the_interval_rounds() -> None:
    found = weakness(rounds_of(*[1, 0, 0, 0] * 5))
    assert (found.tagged, found.share) == (5, 5 / 40)
    assert (found.low, found.high) == wilson_interval(5 / 40, 20)
    assert not found.is_early
    assert map_weaknesses(rounds_of(1))[0].model == "a", "the model with more portraits comes first"


def test_fewer_than_ten_rounds_are_too_early_whatever_the_share() -> None:
    found = weakness(rounds_of(*[0] * 9))
    assert (found.is_early, found.further_rounds) == (True, 1)
    assert not weakness(rounds_of(*[0] * 10)).is_early


def test_a_wide_interval_is_too_early_and_says_how_many_more() -> None:
    even = [2, 0] * 6
    found = weakness(rounds_of(*even))
    assert found.is_early
    enough = even + [2, 0] * (found.further_rounds // 2 + found.further_rounds % 2)
    assert not weakness(rounds_of(*enough)).is_early
    assert weakness(rounds_of(*enough[:-4])).is_early


def test_rounds_of_unequal_size_are_fewer_observations() -> None:
    unequal = [*rounds_of(*[0] * 9), *rounds_of(0, drawn=8)]
    assert weakness(unequal).high > weakness(rounds_of(*[0] * 10)).high


@pytest.mark.parametrize("correlation", [0.0, 1.0])
@pytest.mark.parametrize("rounds", [10, 20, pytest.param(60, marks=pytest.mark.heavy)])
@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
def test_the_interval_holds_the_true_share(rounds: int, share: float, correlation: float) -> None:
    """At least 19 of 20, but for Wilson's own waves (L. D. Brown and others, 2001, https://doi.org/10.1214/ss/1009213286)."""
    random, inside, histories = Random(f"{rounds} {share} {correlation}"), 0, 2_000
    for _ in range(histories):
        counts = []
        for _ in range(rounds):
            first = random.random() < share
            second = first if random.random() < correlation else random.random() < share
            counts.append(first + second)
        found = weakness(rounds_of(*counts))
        inside += found.low <= share <= found.high
    assert inside / histories > 0.92


def test_blind_rounds_in_which_somebody_answered_are_mapped() -> None:
    mapped = tagged_round(TAGGED)
    assert mapped
    assert mapped.flaws == {1: {SMOOTH: 3}}
    assert mapped.models == {slot.number: slot.model for slot in ROUND.candidates}
    assert tagged_round(ROUND) is None, "nobody tagged anything on an open ballot"
    sealed = replace(ROUND.brief, ballot=BallotMode.SEALED)
    results = Tally({1: 1, 2: 1, 3: 0, 4: 0}, 2, SealedResults({}, {}, {}, 0))
    assert tagged_round(replace(ROUND, brief=sealed, tally=results)), "a sealed ballot asks everyone"


def test_rounds_that_were_not_blind_are_not_mapped() -> None:
    one_model = replace(TAGGED, slots=tuple(replace(slot, model="maker:a") for slot in TAGGED.slots))
    assert tagged_round(one_model) is None
    assert tagged_round(replace(TAGGED, routing_reason=RoutingReason("named"))) is None
