"""Whoever is called whatever: nobody's words mention, link, format or forge anything, in any view and any sentence."""

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from types import UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

import pytest

from bot import errors as kinds
from bot.budget import Caps
from bot.deed import Deed
from bot.errors import Absent, BriefError, CastingError, ModelError, Offered
from bot.face import Release
from bot.history import Event, Told
from bot.keeping import Other, Standing
from bot.lineup import Cast
from bot.presenting import filename
from bot.production import Customs, Production
from bot.recall import Recalled
from bot.recasting import How, Offer
from handlers.blocks import private
from handlers.blocks import recasting as recasting_blocks
from handlers.blocks.history import history, versions
from handlers.blocks.roster import roster, with_share
from handlers.blocks.settings import form as settings_form
from handlers.blocks.spend import overspent, statement
from handlers.blocks.view import View
from handlers.words import briefs, errors, rounds, settings
from handlers.words import roster as roster_words
from handlers.words.text import quiet
from tests.unit.handlers.limits import parts
from tests.unit.handlers.stories import HOSTILE, NOW, PLACE, TITLES, a_character, a_face, a_round, voting
from tests.unit.handlers.test_blocks_limits import hostile_views
from tests.unit.handlers.test_spend import PASSED, TOLD

WILD = (
    HOSTILE,
    "<!channel>",
    "<!here|x> <!everyone>",
    "<!subteam^S1|x>",
    "<#C1|x> <@W1>",
    "<https://evil.example|Castroom> <mailto:a@b|c>",
    "<!date^0^{date}^https://evil.example|x>",
    "&lt;!channel&gt; &amp;",
    ">>> q\n> r",
    "*b* _i_ ~s~ `c` ```p```",
    "{} {name} {0.__class__} %s",
    "a\nb",
)
# What we mark up ourselves: people, channels, moments, and links whose label holds no mark of its own.
_OURS = re.compile(
    r"<(@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|!date\^\d+\^[^|<>]*\|[^<>|]*|https://(harbour\.slack\.com|s\.slack)/[^|<>]*(\|[^<>]*)?)>"
)

# What is an id in an error, by the field's name: Slack's or ours, never typed.
_IDS = ("may", "voters", "lead", "round_id", "wish_id")
# Words of the code, of which each kind of error knows some.
_CODES = {
    "Barred": {"what": "start"},
    "NotYours": {"what": "lock"},
    "LeadLeft": {"what": "lock"},
    "NotHere": {"why": "unknown"},
    "RoundClosed": {"state": "locked", "what": "vote"},
    "CannotFinish": {"why": "no_way"},
    "OverBudget": {"cap": "day"},
}


def loose(text: str) -> list[str]:
    """What Slack would act on in marked-up text besides what is ours."""
    rest = _OURS.sub("", text)
    return [
        *re.findall(r"[<>]", rest),
        *re.findall(r"&(?!amp;|lt;|gt;)", rest),
        *re.findall(r"^&gt;", rest, re.MULTILINE),
    ]


def marked_up(shown: View) -> Iterator[str]:
    yield shown.text
    yield from (part["text"] for part in parts(shown) if part.get("type") == "mrkdwn")


def modal(view: dict[str, Any]) -> View:
    return View("", tuple(view["blocks"]))


def more_views(name: str) -> dict[str, View]:
    """Those that `hostile_views` lacks."""
    gone = Release("U2", NOW + timedelta(days=1), name)
    face = a_face(name, name, released=gone)
    other = a_face(name, name, round_id="r0", version=2)
    character = a_character(name, face=other)
    found = Recalled("face", name, (character,), (other, face))
    happened = tuple(
        Event(kind, NOW, PLACE, "r1", people=("U1",), note=name, version=1, leg=None)  # type: ignore[arg-type]
        for kind in ("started", "recast", "alias", "unalias", "unlocked", "dropped", "took_over", "something_new")
    )
    customs = Customs(style=name)
    production = Production("p1", PLACE, ("C1", "C2"), name, customs)
    deeds = tuple(
        Deed(f"set_{field}", PLACE, "U1", NOW, note=f"{one_line(name)}\n{one_line(name)}")
        for field in ("name", "style")
    )
    joined = Deed("joined", PLACE, "U1", NOW, note=f"{one_line(name)}\n{one_line(name)}")
    standing = Standing(
        PLACE,
        name,
        production,
        (Other("p2", name, name), Other("own", name)),
        (),
        (*deeds, joined),
        Caps(Decimal(2), Decimal(20)),
    )
    cast = Cast(production, (character,), 1)
    told = roster_words.captions(cast)
    again = Offer(a_round(name=name, text=name), face, tuple(How), Decimal("0.15"), None, other)
    return {
        "history": history(Told(found, happened), 0, {"r1": "https://harbour.slack.com/archives/C1/p1"}),
        "no such history": history(Told(Recalled("unsure", name, (character,))), 0, {}),
        "versions": modal(versions([other, face], (other, face), {}, {"r1": name, "r0": name}, TITLES)),
        "settings": modal(settings_form(standing, TITLES, settings.CHANGED)),
        "roster": with_share(roster(cast, roster_words.title(cast, name), told, ("F0ROSTERFILE",), 20), "C1", name),
        "spending": statement(TOLD, TITLES, "F0SPENDING"),
        "overspent": overspent(replace(PASSED, character=name)),
        "recast": modal(recasting_blocks.form(again, "1")),
    }


def one_line(text: str) -> str:
    """As a field of a form is kept."""
    return " ".join(text.split())


def sentences(name: str) -> Iterator[str]:
    """Words with people's own in them."""
    yield from (errors.sentence(error) for error in every_error(name))
    yield from (private.apology(error).text for error in every_error(name))
    yield rounds.reminder(voting(name=name, closes_at=NOW))


def every_error(name: str) -> list[CastingError]:
    """Each kind of error with `name` wherever it holds text."""
    found = [kind for kind in vars(kinds).values() if isinstance(kind, type) and issubclass(kind, CastingError)]
    made = []
    for kind in found:
        if kind in (CastingError, ModelError) or issubclass(kind, ModelError):
            continue
        types = get_type_hints(kind)
        told = {f.name: _like(types[f.name], "U1" if f.name in _IDS else name) for f in fields(cast("Any", kind))}
        made.append(kind(**(told | _CODES.get(kind.__name__, {}))))
    return made


def _like(hint: Any, name: str) -> Any:
    """A value of that type, made of `name` where it is text."""
    if get_origin(hint) in (Union, UnionType):
        return _like(get_args(hint)[0], name)
    if get_origin(hint) is tuple:
        return (_like(get_args(hint)[0], name),)
    if get_origin(hint) is dict:
        return {}
    simple: dict[Any, Any] = {str: name, int: 2, bool: False, Decimal: Decimal(1)}
    if hint in simple:
        return simple[hint]
    if hint is BriefError:
        return BriefError(name, name, name, (name,), line=name)
    if hint is Absent:
        return Absent(name, "down", instead=name)
    if hint is Offered:
        return Offered("only", (name,), Decimal(1), "w1")
    return NOW


@pytest.mark.parametrize("name", WILD)
def test_no_view_lets_anybodys_words_act(name: str) -> None:
    for which, shown in {**more_views(name), **hostile_views()}.items():
        for text in marked_up(shown):
            assert loose(text) == [], which


@pytest.mark.parametrize("name", WILD)
def test_no_sentence_lets_anybodys_words_act(name: str) -> None:
    for text in sentences(name):
        assert loose(text) == []


@pytest.mark.parametrize("text", ["<!channel>", "&lt&", "a > b", "&gt; q", "<https://evil.example|x>"])
def test_what_is_loose_is_found(text: str) -> None:
    assert loose(text)
    assert not loose(quiet(text))


@pytest.mark.parametrize("name", WILD)
def test_every_kind_of_bad_line_is_told_without_what_it_held_acting(name: str) -> None:
    for field, problem in [*briefs._SENTENCES, *(("name", problem) for problem in briefs._PROBLEMS), ("x", "y")]:
        error = BriefError(field, problem, name, (name, name), line=f"{name}: {name}")
        assert loose(briefs.sentence(error)) == []


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/root/.ssh",
        "..",
        ".",
        "CON",
        "nul.txt",
        "a\\b",
        "\u202egpj.exe",
        "a\x00b",
        "\n",
        "=1+1",
        "x" * 300,
        "\u0301",
        "C:\\x",
        "-rf",
        "~",
        "$(x)",
    ],
)
def test_a_file_is_called_by_letters_digits_and_dashes_alone(name: str) -> None:
    called = filename(name)
    assert re.fullmatch(r"[^\W_]+(-[^\W_]+)*", called)
    assert len(called.encode()) <= 240
