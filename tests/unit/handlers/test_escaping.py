"""User text cannot mention, link, format or forge anything, in any view and any sentence."""

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from types import UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

import pytest

from bot.domain import errors as domain_errors
from bot.domain import model_errors, service_errors
from bot.domain.audit import AuditEvent
from bot.domain.budget import Caps
from bot.domain.door_token import DoorToken, Scope
from bot.domain.errors import AlternativeOffer, BriefError, CastingError, UnavailableModel
from bot.domain.face import Unlock
from bot.domain.ids import filename
from bot.domain.model_errors import ModelError
from bot.domain.production import Production, ProductionSettings
from bot.domain.retention import Retention, WorkspaceRetention
from bot.domain.timeline import TimelineEvent
from bot.usecases.door_tokens import NewToken, TokenList
from bot.usecases.history import CharacterHistory
from bot.usecases.production_settings import JoinableProduction, SettingsForm
from bot.usecases.recall import RecallResult
from bot.usecases.recast import RecastMode, RecastOptions
from bot.usecases.roster_poster import VisibleRoster
from handlers.text import brief_errors, errors
from handlers.text import production_settings as production_settings_text
from handlers.text import roster as roster_text
from handlers.text import round as round_text
from handlers.text.format import escape_mrkdwn
from handlers.views import door_tokens, private
from handlers.views import recast as recast_views
from handlers.views.builder import View
from handlers.views.history import history, versions
from handlers.views.production_settings import form as settings_form
from handlers.views.roster import roster, with_share_button
from handlers.views.spend import overspent, spend_report
from tests.support.builders import HOSTILE, NOW, PLACE, TITLES, make_character, make_face, make_round, make_voting_round
from tests.support.slack_limits import iter_objects
from tests.unit.handlers.test_spend import OVERSPENT_CHARGE, REPORT
from tests.unit.handlers.test_view_limits import hostile_views

HOSTILE_TEXTS = (
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
# Our own markup: people, channels, dates, and links whose label contains no markup.
_OWN_MARKUP = re.compile(
    r"<(@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|!date\^\d+\^[^|<>]*\|[^<>|]*|https://(harbour\.slack\.com|s\.slack)/[^|<>]*(\|[^<>]*)?)>"
)

# Error fields that hold ids, not user text.
_ID_FIELDS = ("allowed_user", "allowed_users", "voters", "lead", "round_id", "draft_id")
# Error fields that hold a key of our own.
_FIELD_VALUES = {
    "PermissionDenied": {"action": "start"},
    "NotLead": {"action": "lock"},
    "LeadDeactivated": {"action": "lock"},
    "NotAvailableHere": {"reason": "unknown"},
    "RoundClosed": {"state": "locked", "action": "vote"},
    "CannotUpscale": {"reason": "no_way"},
    "OverBudget": {"cap": "day"},
}


def unescaped_markup(text: str) -> list[str]:
    """Return what Slack would interpret in mrkdwn besides our own markup."""
    rest = _OWN_MARKUP.sub("", text)
    return [
        *re.findall(r"[<>]", rest),
        *re.findall(r"&(?!amp;|lt;|gt;)", rest),
        *re.findall(r"^&gt;", rest, re.MULTILINE),
    ]


def mrkdwn_texts(view: View) -> Iterator[str]:
    yield view.text
    yield from (part["text"] for part in iter_objects(view) if part.get("type") == "mrkdwn")


def modal_view(view: dict[str, Any]) -> View:
    return View("", tuple(view["blocks"]))


def more_views(name: str) -> dict[str, View]:
    """Views that `hostile_views` lacks."""
    unlock = Unlock("U2", NOW + timedelta(days=1), name)
    face = make_face(name, name, unlocked=unlock)
    other = make_face(name, name, round_id="r0", version=2)
    character = make_character(name, face=other)
    found = RecallResult("face", name, (character,), (other, face))
    events = tuple(
        TimelineEvent(kind, NOW, PLACE, "r1", people=("U1",), detail=name, version=1, stage=None)  # type: ignore[arg-type]
        for kind in ("started", "recast", "alias", "unalias", "unlocked", "dropped", "took_over", "something_new")
    )
    production_settings = ProductionSettings(style=name)
    production = Production("p1", PLACE, ("C1", "C2"), name, production_settings)
    audit_events = tuple(
        AuditEvent(f"set_{field}", PLACE, "U1", NOW, detail=f"{one_line(name)}\n{one_line(name)}")
        for field in ("name", "style")
    )
    joined = AuditEvent("joined", PLACE, "U1", NOW, detail=f"{one_line(name)}\n{one_line(name)}")
    settings_state = SettingsForm(
        PLACE,
        name,
        production,
        (JoinableProduction("p2", name, name), JoinableProduction("own", name)),
        (),
        (*audit_events, joined),
        Caps(Decimal(2), Decimal(20)),
        Retention(),
        WorkspaceRetention(portraits=30),
        may_change_workspace=True,
    )
    visible_roster = VisibleRoster(production, (character,), 1)
    captions = roster_text.captions(visible_roster)
    recast_options = RecastOptions(
        make_round(name=name, text=name), face, tuple(RecastMode), Decimal("0.15"), None, other
    )
    return {
        "history": history(CharacterHistory(found, events), 0, {"r1": "https://harbour.slack.com/archives/C1/p1"}),
        "no such history": history(CharacterHistory(RecallResult("unsure", name, (character,))), 0, {}),
        "versions": modal_view(versions([other, face], (other, face), {}, {"r1": name, "r0": name}, TITLES)),
        "door_tokens": modal_view(door_tokens.token_list(_tokens(name))),
        "door_token_secret": modal_view(door_tokens.secret(NewToken(_tokens(name).tokens[0], "castroom_x", ""))),
        "settings": modal_view(settings_form(settings_state, TITLES, production_settings_text.CONFLICT)),
        "roster": with_share_button(
            roster(visible_roster, roster_text.title(visible_roster, name), captions, ("F0ROSTERFILE",), 20),
            "C1",
            name,
        ),
        "spending": spend_report(REPORT, TITLES, "F0SPENDING"),
        "overspent": overspent(replace(OVERSPENT_CHARGE, character=name)),
        "recast": modal_view(recast_views.form(recast_options, "1")),
    }


def _tokens(name: str) -> TokenList:
    """A live token and a revoked one whose names are user text."""
    scopes = frozenset(Scope)
    live = DoorToken("k1", PLACE, "p1", "U1", name, scopes, Decimal(5), NOW, NOW + timedelta(days=30))
    return TokenList(PLACE, name, (live, replace(live, revoked_at=NOW, revoked_by="U1")), NOW, "https://doors.example")


def one_line(text: str) -> str:
    """The text as a form stores it."""
    return " ".join(text.split())


def sentences(name: str) -> Iterator[str]:
    """Sentences that contain user text."""
    yield from (errors.sentence(error) for error in every_error(name))
    yield from (private.error_view(error).text for error in every_error(name))
    yield round_text.reminder(make_voting_round(name=name, closes_at=NOW))


def every_error(name: str) -> list[CastingError]:
    """Each kind of error, with `name` in each text field."""
    found = [
        kind
        for kind in (vars(domain_errors) | vars(model_errors) | vars(service_errors)).values()
        if isinstance(kind, type) and issubclass(kind, CastingError)
    ]
    instances = []
    for kind in found:
        if kind in (CastingError, ModelError) or issubclass(kind, ModelError):
            continue
        types = get_type_hints(kind)
        values = {
            f.name: _value_for(types[f.name], "U1" if f.name in _ID_FIELDS else name) for f in fields(cast("Any", kind))
        }
        instances.append(kind(**(values | _FIELD_VALUES.get(kind.__name__, {}))))
    return instances


def _value_for(hint: Any, name: str) -> Any:
    """A value of the hinted type, with `name` for text."""
    if get_origin(hint) in (Union, UnionType):
        return _value_for(get_args(hint)[0], name)
    if get_origin(hint) is tuple:
        return tuple(_value_for(part, name) for part in get_args(hint) if part is not ...)
    if get_origin(hint) is dict:
        return {}
    simple: dict[Any, Any] = {str: name, int: 2, bool: False, Decimal: Decimal(1)}
    if hint in simple:
        return simple[hint]
    if hint is BriefError:
        return BriefError(name, name, name, (name,), line=name)
    if hint is UnavailableModel:
        return UnavailableModel(name, "down", substitute=name)
    if hint is AlternativeOffer:
        return AlternativeOffer("only", (name,), Decimal(1), "w1")
    return NOW


@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_views_escape_user_text(name: str) -> None:
    for view_name, view in {**more_views(name), **hostile_views()}.items():
        for text in mrkdwn_texts(view):
            assert unescaped_markup(text) == [], view_name


@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_sentences_escape_user_text(name: str) -> None:
    for text in sentences(name):
        assert unescaped_markup(text) == []


@pytest.mark.parametrize("text", ["<!channel>", "&lt&", "a > b", "&gt; q", "<https://evil.example|x>"])
def test_unescaped_markup_is_detected(text: str) -> None:
    assert unescaped_markup(text)
    assert not unescaped_markup(escape_mrkdwn(text))


@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_brief_errors_escape_user_text(name: str) -> None:
    for field, problem in [
        *brief_errors._SENTENCES,
        *(("name", problem) for problem in brief_errors._PROBLEMS),
        ("x", "y"),
    ]:
        error = BriefError(field, problem, name, (name, name), line=f"{name}: {name}")
        assert unescaped_markup(brief_errors.sentence(error)) == []


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
def test_filename_contains_only_letters_digits_and_dashes(name: str) -> None:
    file_name = filename(name)
    assert re.fullmatch(r"[^\W_]+(-[^\W_]+)*", file_name)
    assert len(file_name.encode()) <= 240
