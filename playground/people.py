"""Who and what is in the practice workspace on its first day."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["public", "private", "im"]

TEAM = "T0HARBOUR"
APP = "A0CASTROOM"
BOT = "U0CASTROOM"
SLACKBOT = "USLACKBOT"
LENA, DANIEL, MEI = "U0LENAORTIZ", "U0DANIELOKA", "U0MEITANAKA"
HARBOUR, FERRY, QUIET, GENERAL = "C0HARBOURFILM", "C0NIGHTFERRY", "C0QUIETCAMP", "C0GENERAL"


@dataclass(frozen=True, slots=True)
class Team:
    """A workspace; `domain` is the word before .slack.com."""

    id: str
    name: str
    domain: str


@dataclass(frozen=True, slots=True)
class Person:
    """A member, human or bot; `name` is the handle, `tz_offset` seconds east of Greenwich in winter."""

    id: str
    team: str
    name: str
    real_name: str
    title: str = ""
    tz: str = "Europe/London"
    tz_label: str = "Greenwich Mean Time"
    tz_offset: int = 0
    is_bot: bool = False
    is_guest: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation; an `im` has one person in it beside the app."""

    id: str
    team: str
    name: str
    kind: Kind
    members: tuple[str, ...]
    topic: str = ""
    purpose: str = ""
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command of the installed app."""

    command: str
    description: str
    usage_hint: str


@dataclass(frozen=True, slots=True)
class Install:
    """The app as one workspace installed it: who it is, what it may call and hear."""

    team: str
    app: str
    bot: str
    bot_id: str
    token: str
    scopes: tuple[str, ...]
    events: tuple[str, ...]
    commands: tuple[Command, ...]
    active: bool = True


APP_TOKEN = "xapp-practice-1-A0CASTROOM"
SIGNING_SECRET = "practice-signing-secret"

TEAMS = (Team(TEAM, "Harbour Pictures", "harbour-pictures"),)

PEOPLE = (
    Person(LENA, TEAM, "lena", "Lena Ortiz", "Casting lead", "Europe/Madrid", "Central European Time", 3600),
    Person(DANIEL, TEAM, "daniel", "Daniel Okafor", "Director"),
    Person(MEI, TEAM, "mei", "Mei Tanaka", "Producer", "Asia/Tokyo", "Japan Standard Time", 32400),
    Person(BOT, TEAM, "castroom", "Castroom", is_bot=True),
    Person(SLACKBOT, TEAM, "slackbot", "Slackbot"),
)

_CREW = (LENA, DANIEL, MEI)

PLACES = (
    Place(HARBOUR, TEAM, "harbour-film", "public", (*_CREW, BOT), "Feature film, faces for the quay"),
    Place(FERRY, TEAM, "night-ferry", "public", (*_CREW, BOT), "Short film on the night ferry"),
    Place(QUIET, TEAM, "quiet-campaign", "private", (LENA, DANIEL, BOT), "A campaign nobody talks about yet"),
    Place(GENERAL, TEAM, "general", "public", _CREW, "Everybody at Harbour Pictures"),
    Place("D0LENAORTIZ", TEAM, "", "im", (LENA, BOT)),
    Place("D0DANIELOKA", TEAM, "", "im", (DANIEL, BOT)),
    Place("D0MEITANAKA", TEAM, "", "im", (MEI, BOT)),
)

INSTALLS = (
    Install(
        TEAM,
        APP,
        BOT,
        "B0CASTROOM",
        "xoxb-practice-harbour",
        scopes=(
            "commands",
            "chat:write",
            "files:write",
            "files:read",
            "reactions:read",
            "reactions:write",
            "app_mentions:read",
            "users:read",
            "channels:read",
            "groups:read",
            "mpim:read",
            "im:read",
        ),
        events=(
            "app_home_opened",
            "app_mention",
            "reaction_added",
            "reaction_removed",
            "app_uninstalled",
            "tokens_revoked",
        ),
        commands=(Command("/cast", "Cast a face together, or recall one", "Maya: weathered 60-year-old fisherwoman"),),
    ),
)
