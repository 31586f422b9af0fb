"""Standings: the likelihood against every possible set, the fit against two libraries, and the three verdicts."""

from itertools import combinations
from math import exp, log
from random import Random

import pytest

from benchmarks.standings.team import simulate
from bot.domain.standings import verdicts
from bot.domain.standings.ballots import BlindRound
from bot.domain.standings.fit import RIDGE, fit
from bot.domain.standings.likelihood import round_terms
from bot.domain.standings.student_t import critical_value, two_sided_p
from bot.domain.standings.verdicts import judge

# Two-sided critical values of Student's t, as printed tables have them (NIST/SEMATECH e-Handbook, 1.3.6.7.2).
TABLE = [(0.05, 1, 12.706), (0.05, 10, 2.228), (0.01, 9, 3.250), (0.002, 30, 3.385), (0.05, 100, 1.984)]


@pytest.mark.parametrize(("p", "degrees", "expected"), TABLE)
def test_quantiles_are_those_of_printed_tables(p: float, degrees: int, expected: float) -> None:
    assert critical_value(p, degrees) == pytest.approx(expected, abs=5e-4)
    assert two_sided_p(expected, degrees) == pytest.approx(p, rel=1e-3)


def log_likelihood(round_: BlindRound, strengths: tuple[float, ...]) -> float:
    """Add the logarithms of each ballot's probability, over every set of as many candidates."""
    candidates = [m for m, count in enumerate(round_.candidates) for _ in range(count)]
    total = 0.0
    for ballot in round_.informative_ballots:
        sets = list(combinations(range(len(candidates)), sum(ballot)))
        weights = [exp(sum(strengths[candidates[c]] for c in chosen)) for chosen in sets]
        own = exp(sum(ticks * strengths[m] for m, ticks in enumerate(ballot)))
        total += log(own / sum(weights))
    return total


ROUND = BlindRound("r1", ("a", "b", "c"), (2, 3, 1), ((1, 0, 0), (2, 1, 0), (0, 2, 1), (1, 3, 1), (2, 3, 1), (0, 0, 0)))


def test_derivatives_are_those_of_the_likelihood_over_every_set() -> None:
    strengths, step = (0.4, -0.3, 0.1), 1e-5
    terms = round_terms(ROUND, strengths)
    for m in range(3):
        up, down = (tuple(s + sign * step * (n == m) for n, s in enumerate(strengths)) for sign in (1, -1))
        slope = (log_likelihood(ROUND, up) - log_likelihood(ROUND, down)) / (2 * step)
        assert terms.gradient[m] == pytest.approx(slope, abs=1e-6)
        for other in range(3):
            change = round_terms(ROUND, up).gradient[other] - round_terms(ROUND, down).gradient[other]
            assert terms.information[m][other] == pytest.approx(-change / (2 * step), abs=1e-6)


def pair_rounds(seed: int = 3) -> tuple[list[BlindRound], list[tuple[int, int]]]:
    """Return rounds with one tick between two candidates, and the same as (winner, loser) of four models."""
    random, rounds, wins = Random(seed), [], []
    for n in range(300):
        first, second = sorted(random.sample(range(4), 2))
        is_first = random.random() < 1 / (1 + exp(0.6 * (first - second)))
        wins.append((first, second) if is_first else (second, first))
        ticks = (1, 0) if is_first else (0, 1)
        rounds.append(BlindRound(f"r{n}", (str(first), str(second)), (1, 1), (ticks,)))
    return rounds, wins


def test_one_tick_between_two_is_the_fit_of_choix() -> None:
    import choix  # with SciPy, half a second

    rounds, wins = pair_rounds()
    expected = choix.opt_pairwise(4, wins, alpha=RIDGE / 2)
    assert fit(rounds).strengths == pytest.approx(list(expected), abs=1e-3)


def test_one_tick_between_two_without_ridge_is_the_fit_of_evalica() -> None:
    import evalica

    rounds, wins = pair_rounds()
    outcome = evalica.bradley_terry(
        [str(winner) for winner, _ in wins], [str(loser) for _, loser in wins], [evalica.Winner.X] * len(wins)
    )
    found = fit(rounds, ridge=1e-9)
    for first, second in combinations(found.models, 2):
        expected = log(outcome.scores[first] / outcome.scores[second])
        assert found.difference(first, second) == pytest.approx(expected, abs=2e-3)


def test_strengths_without_a_round_are_those_of_a_fit_without_it() -> None:
    rounds = [one.ballots for one in simulate(30, 0.5, Random(5))]
    found = fit(rounds)
    for place in (0, 7, len(found.rounds) - 1):
        rest = fit([round_ for n, round_ in enumerate(found.rounds) if n != place])
        for first, second in combinations(found.models, 2):
            assert found.difference(first, second, place) == pytest.approx(rest.difference(first, second), abs=0.02)


def clear_rounds(count: int) -> list[BlindRound]:
    """Return rounds in which model a is nearly always preferred."""
    return [
        BlindRound(f"r{n}", ("a", "b"), (2, 2), ((2, 0), (1, 0), (2, 1), (1, 1) if n % 3 else (0, 1)))
        for n in range(count)
    ]


def test_a_clear_pair_is_ahead_after_ten_meetings() -> None:
    (verdict,) = judge(clear_rounds(12))
    assert (verdict.first, verdict.second, verdict.meetings, verdict.is_ahead) == ("a", "b", 12, True)
    assert verdict.ticks[0] > verdict.ticks[1]
    assert verdict.possible == (96, 96)
    assert verdict.low is not None
    assert 0 < verdict.low < verdict.difference


def test_nine_meetings_are_too_early_however_clear() -> None:
    (verdict,) = judge(clear_rounds(9))
    assert not verdict.is_ahead
    assert verdict.further_rounds == 1


def test_a_verdict_that_needs_one_round_names_it() -> None:
    rounds = [one.ballots for one in simulate(50, 1.0, Random(52))]
    flipping = [verdict for verdict in judge(rounds) if verdict.flips_without]
    assert flipping
    for verdict in flipping:
        for round_id in verdict.flips_without:
            rest = [round_ for round_ in rounds if round_.id != round_id]
            assert not [v for v in judge(rest) if {v.first, v.second} == {verdict.first, verdict.second} and v.is_ahead]


def test_meetings_that_cannot_decide_are_left_out_without_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    histories = [
        [one.ballots for one in simulate(rounds, 1.5, Random(seed), 0.7)] for rounds in (20, 40) for seed in range(12)
    ]
    quick = [judge(history) for history in histories]
    monkeypatch.setattr(verdicts, "_FAR", 1e9)  # every meeting is tried
    assert [judge(history) for history in histories] == quick
    assert sum(len(verdict.flips_without) for found in quick for verdict in found) > 10
    monkeypatch.setattr(verdicts, "_FAR", 0.5)
    assert [judge(history) for history in histories] != quick, "so that this test can fail"


def test_equal_models_are_too_early_and_no_number_of_rounds_is_named() -> None:
    rounds = [BlindRound(f"r{n}", ("a", "b"), (1, 1), ((1, 0), (0, 1))) for n in range(14)]
    (verdict,) = judge(rounds)
    assert (verdict.is_ahead, verdict.further_rounds) == (False, None)


def test_after_one_round_the_least_number_of_rounds_is_named() -> None:
    (verdict,) = judge([BlindRound("r1", ("a", "b"), (2, 2), ((1, 0), (2, 0)))])
    assert (verdict.first, verdict.low, verdict.is_ahead, verdict.further_rounds) == ("a", None, False, 9)


def test_models_that_never_met_have_no_verdict() -> None:
    rounds = [BlindRound("r1", ("a", "b"), (1, 1), ((1, 0),)), BlindRound("r2", ("c", "d"), (1, 1), ((1, 0),))]
    assert {(v.first, v.second) for v in judge(rounds)} == {("a", "b"), ("c", "d")}


def test_ballots_that_tick_everything_or_nothing_compare_nothing() -> None:
    votes = [frozenset({"s1", "s2"}), frozenset[str](), frozenset({"s2"}), frozenset({"s2", "gone"})]
    round_ = BlindRound.from_votes("r1", {"s1": "b", "s2": "a"}, votes)
    assert round_.models == ("a", "b")
    assert round_.informative_ballots == ((1, 0), (1, 0))
    assert round_.ticks_of("a") == (3, 4)
