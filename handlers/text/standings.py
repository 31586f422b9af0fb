"""Standings: verdicts first, then what each model drew and missed, and what was not counted."""

from collections.abc import Callable, Mapping, Sequence

from bot.domain.standings.report import ModelStanding, SetAside, StandingsReport
from bot.domain.standings.verdicts import MIN_MEETINGS, Verdict
from bot.domain.standings.weaknesses import ModelWeaknesses, Weakness
from bot.imaging.intervals import IntervalRow
from bot.usecases.standings import Standings
from handlers.text.failures import miss_words
from handlers.text.format import dollars, escape_mrkdwn, join_words, pluralize, truncate
from handlers.text.model_titles import Titles
from handlers.text.sealed_ballot import FLAW_LABELS

SENT = "I sent you the standings in a direct message."
HOME = "Standings"
ON_THE_WAY = "The standings come in a direct message in a moment."
NOTHING = (
    "No blind round with two models has closed here yet, so there is nothing to compare. Standings count the votes of "
    "closed rounds in which models were hidden."
)
MODELS = "What each model drew"
CHART_TITLE = "Share of ticks of each model's candidates"
CHART_SERIES = "Ticks"
CHART_AXIS = "Percent of the possible ticks"
WEAKNESSES = "What looked artificial"
WEAKNESS_EXPLANATION = (
    "A portrait has a tag when at least one voter gave it. Quick ballots count only where somebody tagged a portrait, "
    "so these shares are rather too high. In brackets: the 95 % interval, with each round as one observation."
)
SHARED = "I posted the standings of this channel's rounds in the channel."
WORKSPACE = "All channels"
PRODUCTION = "This production"
FILE_NAME = "standings.png"
LEFT_LABEL = "the second of the pair is ticked more often"
RIGHT_LABEL = "the first of the pair is ticked more often"
EXPLANATION = (
    "Only ticks on closed blind ballots count, for this team and these briefs. Standings do not measure realism. "
    "*Ahead* is wrong in at most 1 of 20 such lists. Names and votes of single people never appear."
)

_MAX_VERDICTS, _MAX_MODELS, _MAX_FLIPS = 8, 10, 2
_NAME_LIMIT = 60
_SET_ASIDE: Mapping[SetAside, str] = {
    SetAside.ONE_MODEL: "had one model",
    SetAside.NAMED_BY_HAND: "had models named by hand",
    SetAside.REOPENED: "were opened again after the models were shown",
    SetAside.NO_VOTES: "had no vote that compares models",
}


def title(standings: Standings) -> str:
    """Return `Standings in Harbour film`; plain text."""
    if standings.scope == "workspace":
        return "Standings in all channels that you see"
    name = truncate(standings.production_name, _NAME_LIMIT)
    return f"Standings in {name}" if name else "Standings in this production"


def summary(report: StandingsReport) -> str:
    ahead = sum(verdict.is_ahead for verdict in report.verdicts)
    return f"{pluralize(report.counted, 'blind round')} counted · {pluralize(ahead, 'clear difference')}"


def verdicts(found: Sequence[Verdict], titles: Titles, round_link: Callable[[str], str]) -> str:
    """Return one sentence a pair, the surest first."""
    lines = [verdict(one, titles, round_link) for one in found[:_MAX_VERDICTS]]
    rest = len(found) - _MAX_VERDICTS
    return "\n".join([*lines, *([f"and {pluralize(rest, 'more pair')}"] if rest > 0 else [])])


def verdict(one: Verdict, titles: Titles, round_link: Callable[[str], str]) -> str:
    first, second = escape_mrkdwn(titles(one.first)), escape_mrkdwn(titles(one.second))
    ticks = (
        f"{one.ticks[0]} of {one.possible[0]} ticks against {one.ticks[1]} of {one.possible[1]} "
        f"in the {pluralize(one.meetings, 'round')} both drew"
    )
    if one.is_ahead:
        return f"*{first} is ahead of {second}*: {ticks}.{_flips(one, round_link)}"
    if one.further_rounds is None:
        more = "No difference shows; one this small would need more than 200 more rounds."
    else:
        more = f"Too early: about {pluralize(one.further_rounds, 'more round')}, if it goes on like this."
    return f"{first} and {second}: {ticks}. {more}"


def look_title(look: str) -> str:
    return f"Rounds with the look `{escape_mrkdwn(look)}`"


def models(found: Sequence[ModelStanding], titles: Titles) -> str:
    return "\n".join(_model(one, titles) for one in found[:_MAX_MODELS])


def weaknesses(found: Sequence[ModelWeaknesses], titles: Titles) -> str:
    """Return how often each model's portraits were tagged, one model a paragraph."""
    return "\n".join(_weaknesses(one, titles) for one in found[:_MAX_MODELS])


def set_aside(counts: Mapping[SetAside, int]) -> str:
    """Say which finished rounds were not counted, and why."""
    parts = [f"{counts[reason]} {words}" for reason, words in _SET_ASIDE.items() if counts.get(reason)]
    return f"Not counted: {pluralize(sum(counts.values()), 'round')}. {join_words(parts)}." if parts else ""


def rows(found: Sequence[Verdict], titles: Titles) -> tuple[IntervalRow, ...]:
    """Build the rows of the picture: pairs with an interval."""
    return tuple(
        IntervalRow(
            f"{titles(one.first)} and {titles(one.second)} · {pluralize(one.meetings, 'round')}"
            f"{'' if one.is_ahead else ' · too early'}",
            one.difference,
            one.low,
            one.high,
            one.is_ahead,
        )
        for one in found[:_MAX_VERDICTS]
        if one.low is not None and one.high is not None
    )


def alt_text(found: Sequence[Verdict], titles: Titles) -> str:
    """Describe the picture for screen readers."""
    texts = [f"{titles(one.first)} and {titles(one.second)}, {_state(one)}" for one in found[:_MAX_VERDICTS]]
    return truncate(f"Differences between models with their 95 % intervals: {'; '.join(texts)}", 1000)


def share(channel_name: str) -> str:
    return truncate(f"Share in #{channel_name}", 70) if channel_name else "Share in the channel"


def _state(one: Verdict) -> str:
    return "the first is ahead" if one.is_ahead else "too early to say"


def _flips(one: Verdict, round_link: Callable[[str], str]) -> str:
    """Say without which round the verdict would not stand."""
    if not one.flips_without:
        return ""
    count = len(one.flips_without)
    names = [text for round_id in one.flips_without[:_MAX_FLIPS] if (text := round_link(round_id))]
    if names and count > _MAX_FLIPS:
        names.append(f"{count - _MAX_FLIPS} more")
    named = f" ({join_words(names)})" if names else ""
    if count == 1:
        return f" Would be too early without one of these rounds{named}."
    return f" Would be too early without any one of {count} of these rounds{named}."


def _model(one: ModelStanding, titles: Titles) -> str:
    text = f"{escape_mrkdwn(titles(one.model))} `{one.model}` · {pluralize(one.portraits, 'portrait')}"
    if one.possible:
        text += f" · {one.ticks} of {one.possible} ticks"
    if one.misses:
        kinds = join_words([f"{count} {miss_words(kind)}" for kind, count in sorted(one.misses.items())])
        cost = f", {dollars(one.missed_usd)} paid" if one.missed_usd else ""
        text += f" · without a portrait: {kinds}{cost}"
    return text


MINIMUM = f"A pair needs at least {MIN_MEETINGS} rounds that both drew."


def _weaknesses(one: ModelWeaknesses, titles: Titles) -> str:
    heading = f"{escape_mrkdwn(titles(one.model))} `{one.model}` · {pluralize(one.portraits, 'portrait')} in "
    heading += pluralize(one.rounds, "round")
    known = [weakness for weakness in one.weaknesses if not weakness.is_early]
    shown = [_share(weakness) for weakness in known if weakness.tagged]
    never = [weakness for weakness in known if not weakness.tagged]
    if never:
        labels = join_words([FLAW_LABELS[weakness.tag] for weakness in never])
        shown.append(f"never {labels} (up to {never[0].high:.0%})")
    lines = [heading, *([" · ".join(shown)] if shown else []), *_too_early(one)]
    return "\n".join(lines)


def _too_early(one: ModelWeaknesses) -> list[str]:
    early = [weakness for weakness in one.weaknesses if weakness.is_early]
    if not early:
        return []
    tagged = [f"{FLAW_LABELS[weakness.tag]} {weakness.tagged}" for weakness in early if weakness.tagged]
    further = pluralize(max(weakness.further_rounds for weakness in early), "more round")
    return [f"Too early: about {further}{' for ' + join_words(tagged) if tagged else ''}."]


def _share(one: Weakness) -> str:
    return f"{FLAW_LABELS[one.tag]} {one.tagged}, {one.share:.0%} ({one.low:.0%} to {one.high:.0%})"
