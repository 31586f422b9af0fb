"""The initial state of the practice workspaces: two teams, one app."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["public", "private", "im"]

TEAM = "T0HARBOUR"
APP = "A0CASTROOM"
BOT = "U0CASTROOM"
SLACKBOT = "USLACKBOT"
LENA, DANIEL, MEI = "U0LENAORTIZ", "U0DANIELOKA", "U0MEITANAKA"
HARBOUR, FERRY, QUIET_CAMPAIGN, GENERAL = "C0HARBOURFILM", "C0NIGHTFERRY", "C0QUIETCAMP", "C0GENERAL"

LANTERN = "T0LANTERN"
LANTERN_BOT = "U0LANTERNBOT"
NOOR, TOMAS, PRIYA = "U0NOORHADDAD", "U0TOMASLIND", "U0PRIYARAMAN"
LANTERN_FILM, WINDOW, LANTERN_GENERAL = "C0LANTERNFILM", "C0WINDOWLIGHT", "C0LANTERNGEN"


@dataclass(frozen=True, slots=True)
class Team:
    """A workspace; `domain` is the part before .slack.com."""

    id: str
    name: str
    domain: str


@dataclass(frozen=True, slots=True)
class Person:
    """A member, human or bot; `name` is the handle, `tz_offset` seconds east of Greenwich in winter.

    A connected person is here through shared channels only: `home` is the id of their own workspace (T...) or, on
    Enterprise Grid, of their organization (E...). `hidden` is the error with which users.info answers about them. A
    bot with `workflow` posts messages without a user.
    """

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
    is_admin: bool = False
    deleted: bool = False
    home: str = ""
    hidden: str = ""
    workflow: bool = False

    @property
    def is_limited(self) -> bool:
        """Whether the person sees only the channels they are in."""
        return self.is_guest or bool(self.home)


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation; an `im` has one person in it besides the app."""

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
    """A slash command of the app."""

    command: str
    description: str
    usage_hint: str


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut of the app in the menu of every message."""

    callback_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Install:
    """An installation of the app in one workspace: its identity, scopes and events.

    Where the app rotates its tokens, `token` expires at `token_until`, in seconds since 1970. An installation of an
    organization, `enterprise`, has the same token in all of its workspaces.
    """

    team: str
    app: str
    bot: str
    bot_id: str
    token: str
    scopes: tuple[str, ...]
    events: tuple[str, ...]
    commands: tuple[Command, ...]
    active: bool = True
    shortcuts: tuple[Shortcut, ...] = ()
    refresh_token: str = ""
    token_until: float | None = None
    enterprise: str = ""


# The key that encrypts webhook secrets in practice: 32 bytes, known to everybody.
PRACTICE_TOKEN_KEY = "cHJhY3RpY2VwcmFjdGljZXByYWN0aWNlcHJhY3RpY2U="
# One app: the following is the same in every workspace that installs it.
APP_TOKEN = "xapp-practice-1-A0CASTROOM"
SIGNING_SECRET = "practice-signing-secret"
CLIENT_ID, CLIENT_SECRET = "1000000000.2000000000", "practice-client-secret"

TEAMS = (
    Team(TEAM, "Harbour Pictures", "harbour-pictures"),
    Team(LANTERN, "Lantern Advertising", "lantern-advertising"),
)

PEOPLE = (
    Person(LENA, TEAM, "lena", "Lena Ortiz", "Casting lead", "Europe/Madrid", "Central European Time", 3600),
    Person(DANIEL, TEAM, "daniel", "Daniel Okafor", "Director"),
    Person(MEI, TEAM, "mei", "Mei Tanaka", "Producer", "Asia/Tokyo", "Japan Standard Time", 32400),
    Person(BOT, TEAM, "castroom", "Castroom", is_bot=True),
    Person(NOOR, LANTERN, "noor", "Noor Haddad", "Casting lead", "Europe/Paris", "Central European Time", 3600),
    Person(TOMAS, LANTERN, "tomas", "Tomas Lind", "Art director"),
    Person(PRIYA, LANTERN, "priya", "Priya Raman", "Account manager", "Asia/Kolkata", "India Standard Time", 19800),
    Person(LANTERN_BOT, LANTERN, "castroom", "Castroom", is_bot=True),
    Person(SLACKBOT, TEAM, "slackbot", "Slackbot"),
)

_HARBOUR_MEMBERS = (LENA, DANIEL, MEI)
_LANTERN_MEMBERS = (NOOR, TOMAS, PRIYA)

PLACES = (
    Place(HARBOUR, TEAM, "harbour-film", "public", (*_HARBOUR_MEMBERS, BOT), "Feature film, faces for the quay"),
    Place(FERRY, TEAM, "night-ferry", "public", (*_HARBOUR_MEMBERS, BOT), "Short film on the night ferry"),
    Place(QUIET_CAMPAIGN, TEAM, "quiet-campaign", "private", (LENA, DANIEL, BOT), "A campaign nobody talks about yet"),
    Place(GENERAL, TEAM, "general", "public", _HARBOUR_MEMBERS, "Everybody at Harbour Pictures"),
    Place("D0LENAORTIZ", TEAM, "", "im", (LENA, BOT)),
    Place("D0DANIELOKA", TEAM, "", "im", (DANIEL, BOT)),
    Place("D0MEITANAKA", TEAM, "", "im", (MEI, BOT)),
    Place(
        LANTERN_FILM,
        LANTERN,
        "harbour-film",
        "public",
        (*_LANTERN_MEMBERS, LANTERN_BOT),
        "The harbour film, seen by its agency",
    ),
    Place(WINDOW, LANTERN, "window-light", "private", (NOOR, TOMAS, LANTERN_BOT), "A pitch in a north light"),
    Place(LANTERN_GENERAL, LANTERN, "general", "public", _LANTERN_MEMBERS, "Everybody at Lantern Advertising"),
    Place("D0NOORHADDAD", LANTERN, "", "im", (NOOR, LANTERN_BOT)),
    Place("D0TOMASLIND", LANTERN, "", "im", (TOMAS, LANTERN_BOT)),
    Place("D0PRIYARAMAN", LANTERN, "", "im", (PRIYA, LANTERN_BOT)),
)

SCOPES = (
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
)
_EVENTS = (
    "app_home_opened",
    "app_mention",
    "channel_id_changed",
    "reaction_added",
    "reaction_removed",
    "app_uninstalled",
    "team_access_granted",
    "team_access_revoked",
    "tokens_revoked",
)
_COMMANDS = (Command("/cast", "Cast a face together, or recall one", "Maya: weathered 60-year-old fisherwoman"),)
_SHORTCUTS = (Shortcut("cast_message", "Cast from this message"),)

INSTALLS = (
    Install(TEAM, APP, BOT, "B0CASTROOM", "xoxb-practice-harbour", SCOPES, _EVENTS, _COMMANDS, shortcuts=_SHORTCUTS),
    Install(
        LANTERN,
        APP,
        LANTERN_BOT,
        "B0LANTERN",
        "xoxb-practice-lantern",
        SCOPES,
        _EVENTS,
        _COMMANDS,
        shortcuts=_SHORTCUTS,
    ),
)
