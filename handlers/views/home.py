"""The App Home: rounds that wait for the user's decision or vote, the faces they may see, today's spend."""

from collections.abc import Iterator, Mapping

from bot.domain.brief import NAME_LIMIT
from bot.domain.face import Character
from bot.usecases.home import HomeView
from handlers.text import alt_text, labels
from handlers.text import home as words
from handlers.text import recall as recall_text
from handlers.views import home_cast
from handlers.views.builder import Block, View, actions, button, context, divider, header, image_element, section, view
from handlers.views.fields import select, text_input
from handlers.views.recall import Location

MAX_WAITING = 10
ALL_PRODUCTIONS = "all"
# docs.slack.dev, "Select menu": 100 options; one of them is "All productions".
_MAX_PRODUCTIONS = 99


def home(home_view: HomeView, locations: Mapping[str, Location], channel_names: Mapping[str, str]) -> View:
    """Build the App Home; `locations` are by round id, `channel_names` by channel id."""
    return view(
        words.TITLE,
        actions([button(home_cast.ACTION_ID, words.CAST, "home", style="primary")]),
        *_waiting(home_view, locations),
        divider(),
        header(words.ROSTER),
        *_roster(home_view, locations, channel_names),
        divider(),
        header(words.SPENDING),
        context(words.spent(home_view.spent_today, home_view.cap)),
        divider(),
        header(words.STANDINGS),
        context(words.STANDINGS_HINT),
        actions([button("home_standings", words.SEND_STANDINGS, "home")]),
    )


def _waiting(home_view: HomeView, locations: Mapping[str, Location]) -> Iterator[Block | None]:
    """List what waits for the user: decisions first, then votes; a part without entries is left out."""
    if not home_view.decisions and not home_view.waiting:
        yield section(words.NOTHING_WAITS)
    if home_view.decisions:
        yield header(words.DECISIONS)
        for each in home_view.decisions[:MAX_WAITING]:
            yield section(words.decision(each, _link(locations, each.round.id)))
        yield context(words.more_waiting(len(home_view.decisions) - MAX_WAITING))
    if home_view.waiting:
        yield header(words.WAITING)
        for r in home_view.waiting[:MAX_WAITING]:
            yield section(words.waiting(r.character, r.place.channel, r.closes_at, _link(locations, r.id)))
        yield context(words.more_waiting(len(home_view.waiting) - MAX_WAITING))


def _link(locations: Mapping[str, Location], round_id: str | None) -> str:
    return locations.get(round_id or "", Location()).link


def _roster(
    home_view: HomeView, locations: Mapping[str, Location], channel_names: Mapping[str, str]
) -> Iterator[Block | None]:
    if not home_view.sections:
        yield section(recall_text.NO_FACES)
        return
    yield from _filter_fields(home_view, channel_names)
    yield context(words.result_summary(home_view))
    if home_view.roster_filter.words or home_view.roster_filter.production:
        yield actions([button("everyone", labels.SHOW_ALL, ALL_PRODUCTIONS)])
    last_heading = ""
    for n, character in enumerate(home_view.characters):
        if (heading := words.section_heading(character)) != last_heading:
            yield section(heading)
            last_heading = heading
        yield from _card(n, character, locations)
    yield actions(_page_buttons(home_view))


def _filter_fields(home_view: HomeView, channel_names: Mapping[str, str]) -> Iterator[Block]:
    """Build the search field and the menu of productions.

    Their block ids change with their content: Slack would keep the old input of a field with the same id.
    """
    roster_filter = home_view.roster_filter
    yield text_input(
        f"search {roster_filter.words}".strip(),
        words.FIND,
        roster_filter.words,
        max_length=NAME_LIMIT,
        optional=True,
        hint=words.FIND_HINT,
        dispatch=True,
    )
    productions = {roster_section.production_id: roster_section for roster_section in reversed(home_view.sections)}
    if len(productions) > 1:
        choices = [
            (words.production(s, channel_names.get(s.place.channel, "")), s.production_id) for s in productions.values()
        ]
        menu = [
            (words.EVERY_PRODUCTION, ALL_PRODUCTIONS),
            *sorted(choices, key=lambda c: c[0].casefold())[:_MAX_PRODUCTIONS],
        ]
        selected = roster_filter.production or ALL_PRODUCTIONS
        yield select(f"production {selected}", words.PRODUCTION, menu, selected, optional=True, dispatch=True)


def _card(n: int, character: Character, locations: Mapping[str, Location]) -> Iterator[Block | None]:
    """Show a character with its portrait; Slack does not document card blocks for the App Home."""
    face = character.face
    file_id = locations.get(face.round_id, Location()).file_id if face else None
    portrait = image_element(file_id, alt_text.face(character.name, face.brief)) if face and file_id else None
    yield section(words.card(character, _link(locations, character.open_round_id)), portrait)
    spoken = labels.recall_accessibility_label(character.name)
    yield actions([button(f"card:{n}", labels.RECALL, character.id, accessibility_label=spoken)])


def _page_buttons(home_view: HomeView) -> Iterator[Block]:
    page = home_view.roster_filter.page
    if page > 1:
        yield button("page:back", labels.BACK, str(page - 1))
    if page < home_view.pages:
        yield button("page:next", labels.NEXT, str(page + 1))
