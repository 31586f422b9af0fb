"""Rounds that start over a door: through the same use case as in Slack, with its permissions, limits and caps.

The maker of the token asks and leads; the token's own cap holds besides all others.
"""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from bot.domain.ballot import BallotSubmission, Tally, VoteInput
from bot.domain.brief import (
    BallotMode,
    Brief,
    Ground,
    IntendedUse,
    Reference,
    parse_name,
    parse_single_line,
    parse_text,
)
from bot.domain.catalogue import Look, Size
from bot.domain.command_hints import COMMANDS
from bot.domain.door_token import Scope
from bot.domain.errors import BriefError, DoorRefused, NotAvailableHere
from bot.domain.ids import ChannelRef
from bot.domain.names import normalize_name
from bot.domain.round import Round
from bot.ports.rounds import StartResult
from bot.usecases.access import Permissions
from bot.usecases.door_access import Caller, ports_for
from bot.usecases.door_tokens import is_channel_member
from bot.usecases.learned_routing import LearnedRouting
from bot.usecases.ports import Ports
from bot.usecases.quotes import Quote, Quotes
from bot.usecases.references import ReferenceImages
from bot.usecases.start_round import StartRound
from bot.usecases.vote import load_votes


@dataclass(frozen=True)
class CastRequest:
    """A brief as a program sends it; None and empty values take the production's defaults.

    `channel` is where to cast, for people asking over Slack. `max_usd` is the most that the round may cost.
    """

    name: str
    text: str
    models: tuple[str, ...] = ()
    per_model: int | None = None
    aspect: str = ""
    ground: Ground | None = None
    look: Look | None = None
    open_for: timedelta | None = None
    is_4k: bool = False
    like: str = ""
    ballot: BallotMode | None = None
    quorum: int | None = None
    voters: tuple[str, ...] = ()
    use: IntendedUse | None = None
    max_usd: Decimal | None = None
    channel: str = ""

    def to_brief(self) -> Brief:
        """Return the brief; raises BriefError."""
        name, text = parse_name(self.name, ""), parse_text(self.text, "")
        if normalize_name(name) in COMMANDS:
            raise BriefError("name", "command", name)
        reference = Reference(parse_name(self.like, "")) if self.like else None
        if reference and reference.is_attached:
            raise BriefError("like", "missing", self.like)
        models = tuple(parse_single_line(model, "models") for model in self.models)
        given = {
            "models": ("models", models),
            "each": ("per_model", self.per_model),
            "aspect": ("aspect", self.aspect),
            "ground": ("ground", self.ground),
            "look": ("look", self.look),
            "for": ("open_for", self.open_for),
            "4k": ("size", Size.FOUR_K if self.is_4k else None),
            "like": ("reference", reference),
            "ballot": ("ballot", self.ballot),
            "quorum": ("quorum", self.quorum),
            "voters": ("voters", self.voters),
            "use": ("use", self.use),
        }
        chosen = {option: pair for option, pair in given.items() if pair[1]}
        fields = dict(chosen.values())
        brief = Brief(name, text, explicit_fields=frozenset(chosen), **fields)  # type: ignore[arg-type] # of its fields
        brief.require_reachable_quorum()
        return brief


@dataclass(frozen=True)
class RoundStatus:
    """A round with the votes that are public now."""

    round: Round
    tally: Tally
    vote_inputs: tuple[VoteInput, ...] = field(default=(), repr=False)
    submissions: tuple[BallotSubmission, ...] = field(default=(), repr=False)


class DoorCasting:
    """Prices, starts and reports rounds for one caller."""

    def __init__(self, ports: Ports, caller: Caller, learned_routing: LearnedRouting) -> None:
        self._ports = ports_for(ports, caller)
        self._caller = caller
        self._learned_routing = learned_routing

    async def quote(self, request: CastRequest) -> Quote:
        """Return the models and the highest price of a round; raises what `start` raises before it saves."""
        place = await self._place(request)
        return await self._quotes(self._ports_within(request)).quote(request.to_brief(), place)

    async def start(self, request: CastRequest, key: str) -> StartResult:
        """Start a round, once for each `key` of the caller.

        Raises DoorRefused, and BriefError for a key that another brief used; else what StartRound.start raises.
        """
        place, brief = await self._place(request), request.to_brief()
        ports, trigger = self._ports_within(request), f"door:{self._caller.id}:{key}"
        start_round = StartRound(ports, Permissions(ports), self._quotes(ports), ReferenceImages(ports))
        if earlier := await start_round.get_started(place, trigger):
            await self._require_same_brief(earlier, brief)
            return StartResult(earlier, created=False)
        if not await self._ports.channel_access.can_post(place):
            raise NotAvailableHere("not_invited")
        token_id = self._caller.token.id if self._caller.token else ""
        started = await start_round.start(brief, place, self._caller.person, trigger, door_token=token_id)
        if not started.created:
            await self._require_same_brief(started.round, brief)
        await start_round.enqueue(started.round.id)
        return started

    async def get_status(self, round_id: str) -> RoundStatus:
        """Return a round that the caller may see; raises NotAvailableHere."""
        try:
            round_ = await self._ports.storage.rounds.get(round_id)
        except KeyError as error:
            raise NotAvailableHere("unknown") from error
        if not await self._ports.channel_access.can_see(self._caller.person, round_.place):
            raise NotAvailableHere("unknown")
        inputs, submissions = await load_votes(self._ports.storage, round_id)
        tally = round_.visible_tally(round_.count_votes(inputs, submissions))
        return RoundStatus(round_, tally, tuple(inputs), tuple(submissions))

    async def _place(self, request: CastRequest) -> ChannelRef:
        """Return where to cast: a token's channel, or the one that a person asking over Slack names."""
        self._caller.require_scope(Scope.CAST)
        if self._caller.token:
            if request.channel not in ("", self._caller.place.channel):
                raise DoorRefused("scope", "channel")
            return self._caller.place
        if not request.channel:
            raise BriefError("channel", "missing")
        place = ChannelRef(self._caller.place.team, request.channel)
        if not await is_channel_member(self._ports, self._caller.person, place):
            raise NotAvailableHere("not_member")
        return place

    def _quotes(self, ports: Ports) -> Quotes:
        return Quotes(ports, self._learned_routing)

    def _ports_within(self, request: CastRequest) -> Ports:
        """Return the ports with the request's cap for the round, where it is lower."""
        caps = self._ports.caps
        if request.max_usd is None or request.max_usd >= caps.per_round:
            return self._ports
        return replace(self._ports, caps=replace(caps, per_round=request.max_usd))

    async def _require_same_brief(self, earlier: Round, brief: Brief) -> None:
        """Raise BriefError if the key started a round of another character or text."""
        is_same = earlier.brief.text == brief.text
        if is_same and normalize_name(earlier.character) != normalize_name(brief.name):
            named = await self._ports.storage.roster.by_name(earlier.place.team, brief.name)
            is_same = earlier.character_id in {character.id for character in named}
        if not is_same:
            raise BriefError("idempotency_key", "used", earlier.id)
