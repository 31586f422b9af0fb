"""What was spent, for one person: sums and bars, caps, and the charges they answer for."""

from collections.abc import Iterator

from bot.statement import Entry, Statement
from handlers.blocks.view import Block, View, actions, button, context, header, image, section, view
from handlers.words import spend as words
from handlers.words.titles import Titles

_MOST_QUESTIONS = 8


def statement(told: Statement, titles: Titles, file_id: str = "") -> View:
    """`file_id` is the picture of the bars, once Slack can show it."""
    return view(
        f"{words.header(told)}: {words.total(told)}",
        header(words.header(told)),
        section(words.total(told) if told.productions else words.NOTHING),
        image(file_id, words.alt(told, titles)) if file_id else None,
        _table(words.PRODUCTIONS, words.productions(told.productions, told.films)),
        _table(words.MODELS, words.models(told.models, titles)),
        _table(words.PEOPLE, words.people(told.people)),
        context(words.others(told.others), words.blind(told.blind)),
        _table(words.CAPS, "\n".join(words.cap(standing) for standing in told.standings)),
        *_questions(told, titles),
        context(words.elsewhere(told.elsewhere)),
    )


def overspent(entry: Entry) -> View:
    """The message to whoever made a charge above its reservation."""
    told = words.overspent(entry)
    return view(told, section(told), actions([button("seen:0", words.SEEN, entry.id, style="primary")]))


def _table(title: str, lines: str) -> Block | None:
    return section(f"*{title}*\n{lines}") if lines else None


def _questions(told: Statement, titles: Titles) -> Iterator[Block | None]:
    if told.questions:
        yield section(f"*{words.QUESTIONS}*")
    for n, entry in enumerate(told.questions[:_MOST_QUESTIONS]):
        yield section(words.question(entry, titles))
        yield actions(_answers(n, entry))


def _answers(n: int, entry: Entry) -> list[Block]:
    if entry.above:
        return [button(f"seen:{n}", words.SEEN, entry.id, style="primary")]
    return [
        button(f"charged:{n}", words.CHARGED, entry.id),
        button(f"not_charged:{n}", words.NOT_CHARGED, entry.id),
    ]
