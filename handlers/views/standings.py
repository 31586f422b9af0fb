"""Standings as a message: sentences, the picture, models, what was not counted, and the buttons."""

from collections.abc import Callable, Iterator, Sequence

from bot.domain.standings.report import ModelStanding
from bot.usecases.standings import Standings
from handlers.text import standings as words
from handlers.text.model_titles import Titles
from handlers.views.builder import Block, View, actions, bar_chart, button, context, header, image, section, view


def standings_view(
    standings: Standings,
    titles: Titles,
    round_link: Callable[[str], str],
    file_id: str = "",
    buttons: Block | None = None,
) -> View:
    """Build the message; `file_id` is the picture, empty until Slack can show it."""
    report = standings.report
    if not report.verdicts:
        return view(
            f"{words.title(standings)}: {words.NOTHING}",
            header(words.title(standings)),
            section(words.NOTHING),
            *_weaknesses(standings, titles),
            context(words.set_aside(report.set_aside)),
            buttons,
        )
    return view(
        f"{words.title(standings)}: {words.summary(report)}",
        header(words.title(standings)),
        section(words.summary(report)),
        section(words.verdicts(report.verdicts, titles, round_link)),
        image(file_id, words.alt_text(report.verdicts, titles)) if file_id else None,
        *(
            section(f"*{words.look_title(look)}*\n{words.verdicts(found, titles, round_link)}")
            for look, found in report.by_look.items()
        ),
        section(f"*{words.MODELS}*\n{words.models(report.models, titles)}"),
        _tick_chart(report.models, titles),
        *_weaknesses(standings, titles),
        context(words.set_aside(report.set_aside)),
        context(words.MINIMUM, words.EXPLANATION),
        buttons,
    )


def _weaknesses(standings: Standings, titles: Titles) -> Iterator[Block | None]:
    if found := standings.report.weaknesses:
        yield section(f"*{words.WEAKNESSES}*\n{words.weaknesses(found, titles)}")
        yield context(words.WEAKNESS_EXPLANATION)


def _tick_chart(models: Sequence[ModelStanding], titles: Titles) -> Block | None:
    """Build the bars of each model's share of ticks, in percent; None for fewer than two models."""
    shares = {titles(one.model): round(100 * one.ticks / one.possible) for one in models if one.possible}
    return bar_chart(words.CHART_TITLE, words.CHART_SERIES, shares, words.CHART_AXIS) if len(shares) > 1 else None


def private_buttons(standings: Standings, channel: str, channel_name: str, *, can_share: bool) -> Block | None:
    """Build the buttons of the direct message: the other scope, and sharing in the channel."""
    other = ("workspace", words.WORKSPACE) if standings.scope == "production" else ("production", words.PRODUCTION)
    share = [button("share_standings", words.share(channel_name), channel)] if can_share else []
    return actions([button(f"standings:{other[0]}", other[1], channel), *share])
