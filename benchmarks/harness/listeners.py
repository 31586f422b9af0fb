"""The real listeners and use cases over a database file, without a network: payloads are passed in directly.

Slack is reduced to the reactions on the round's message and a `respond` that accepts every private answer.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.webhook_response import WebhookResponse

from bot.domain.ballot import Reaction, VoteInput
from bot.domain.brief import Brief
from bot.domain.budget import Caps
from bot.domain.catalogue import Size
from bot.domain.face import Portrait
from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.routing.reason import RoutingReason
from bot.domain.slot import Slot, SlotState
from bot.passport import C2paReader, C2paSigner
from bot.ports.messaging import RoundPublisher
from bot.settings import Settings
from bot.usecases.casting import Casting
from bot.usecases.ports import Ports
from handlers import register
from handlers.slack.clients import Clients, Workspace, make_authorize
from handlers.slack.direct_messages import SlackDirectMessages
from handlers.slack.directory import SlackDirectory
from handlers.slack.files import SlackFileDeletion
from handlers.slack.message_deletion import SlackMessageDeletion
from providers.accounts import open_models
from providers.http.webhook_sender import HttpWebhookSender
from storage import Storage, migrate, open_storage
from storage.rounds.ballots import list_vote_inputs
from storage.rounds.queries import round_by_id

TEAM, CHANNEL, LEAD = "T1", "C1", "U0LEAD"
CANDIDATE_NUMBERS = (1, 2)
_CENT = Decimal("0.01")
_CAPS = Caps(Decimal(1), Decimal(1_000_000))
_START = datetime(2026, 11, 24, 9, tzinfo=UTC)


class _FakeSlackClient(AsyncWebClient):
    """A Slack client that knows every user and one public channel, and accepts every call."""

    async def api_call(self, api_method: str, **_: Any) -> Any:
        known: dict[str, dict[str, Any]] = {
            "users.info": {"user": {"id": "U1"}},
            "conversations.info": {"channel": {"is_member": True}},
        }
        return {"ok": True, **known.get(api_method, {})}


class _FakePublisher:
    """A round publisher that draws nothing and returns the harness's reactions."""

    def __init__(self, harness: "ListenerHarness") -> None:
        self._harness = harness

    async def get_reactions(self, _round_id: str) -> Sequence[Reaction]:
        return [
            Reaction(number, frozenset(people), is_complete=True) for number, people in self._harness.reactions.items()
        ]

    def schedule_redraw(self, _round_id: str) -> None: ...

    async def redraw_now(self, _round_id: str) -> None: ...


class _FakeJobQueue:
    async def start(self, kind: str, key: str) -> None: ...

    async def purge(self, _before: datetime) -> int:
        return 0


class ListenerHarness:
    """The bot's listeners; `now` is the bot's clock, which may differ from Slack's."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.now = _START
        self.reactions: Mapping[int, Collection[str]] = {}
        self._round_count = 0

    def register_listeners(self, settings: Settings) -> None:
        """Register the bot's listeners, with a fake publisher and a fake job queue."""
        identity = AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_user_id="U0BOT", bot_id="B1", bot_token="xoxb")
        clients = Clients({TEAM: Workspace(_FakeSlackClient("xoxb"), identity)})
        visibility = SlackDirectory(clients)
        models = open_models(settings)
        self.casting = Casting(
            Ports(
                storage=self.storage,
                model_clients=models,
                model_health=models,
                publisher=cast("RoundPublisher", _FakePublisher(self)),
                channel_access=visibility,
                user_directory=visibility,
                job_queue=_FakeJobQueue(),
                retirement_source=models,
                direct_messages=SlackDirectMessages(clients, models.catalogue),
                slack_files=SlackFileDeletion(clients),
                slack_messages=SlackMessageDeletion(clients),
                credentials_reader=C2paReader(),
                passport_signer=C2paSigner(None),
                webhook_sender=HttpWebhookSender(),
                caps=_CAPS,
                patience={Size.DRAFT: 60.0},
                now=lambda: self.now,
            )
        )
        self._app = AsyncApp(client=_FakeSlackClient("xoxb"), authorize=make_authorize(clients))  # type: ignore[arg-type]
        self._app.use(_stub_respond)
        register(self._app, self.casting, self.storage, visibility, clients)

    async def open_ballot(self, voters: tuple[str, ...] = ()) -> Round:
        """Open a round of two candidates whose ballot closes in a day."""
        self._round_count += 1
        self.reactions = {}
        name = f"r{self._round_count}"
        slots = tuple(_candidate(name, number) for number in CANDIDATE_NUMBERS)
        for slot in slots:
            assert slot.portrait
            await self.storage.portraits.put(slot.portrait.key, slot.id.encode())  # a face needs a stored picture
        self.now += timedelta(seconds=1)
        ts = f"{1_700_000_000 + self._round_count}.000100"
        await self.storage.rounds.open(_round(name, ts, slots, voters, self.now), _CAPS, recast=False)
        return await self.storage.rounds.get(name)

    async def load_round(self, round_id: str) -> tuple[Round, Sequence[VoteInput]]:
        """Read a round and its vote inputs in one transaction."""
        async with self.storage.database.snapshot() as connection:
            return await round_by_id(connection, round_id), await list_vote_inputs(connection, round_id)

    async def dispatch(self, *bodies: dict[str, Any]) -> None:
        """Dispatch payloads concurrently and wait until their listeners are done."""
        requests = [AsyncBoltRequest(mode="socket_mode", body=body) for body in bodies]
        responses = await asyncio.gather(*(self._app.async_dispatch(request) for request in requests))
        assert all(answer.status == 200 for answer in responses), [answer.status for answer in responses]
        await asyncio.gather(*_listener_tasks())


@asynccontextmanager
async def open_listener_harness(folder: Path) -> AsyncIterator[ListenerHarness]:
    """Open a harness on a new database in `folder`."""
    url = f"sqlite+aiosqlite:///{folder / 'listeners.sqlite'}"
    settings = Settings(database_url=url, engine_url=url, portraits_url="memory:///")
    await migrate(url)
    storage = await open_storage(settings)
    try:
        harness = ListenerHarness(storage)
        harness.register_listeners(settings)
        yield harness
    finally:
        await storage.close()


def button_payload(action: str, value: str, person: str, action_ts: str, message_ts: str) -> dict[str, Any]:
    """Build the payload of a button press (docs.slack.dev, "block_actions")."""
    return {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": person, "team_id": TEAM},
        "api_app_id": "A1",
        "trigger_id": f"33.44.{action_ts}",
        "response_url": "https://nobody.invalid/answers",
        "container": {"type": "message", "message_ts": message_ts, "channel_id": CHANNEL, "is_ephemeral": False},
        "channel": {"id": CHANNEL},
        "actions": [{"type": "button", "block_id": "b", "action_id": action, "value": value, "action_ts": action_ts}],
    }


def reaction_payload(name: str, person: str, event_ts: str, message_ts: str, *, added: bool) -> dict[str, Any]:
    """Build the event of an added or removed reaction (docs.slack.dev, "reaction_added")."""
    event = {
        "type": "reaction_added" if added else "reaction_removed",
        "user": person,
        "reaction": name,
        "item": {"type": "message", "channel": CHANNEL, "ts": message_ts},
        "event_ts": event_ts,
    }
    return {"type": "event_callback", "team_id": TEAM, "api_app_id": "A1", "event_id": f"Ev{event_ts}", "event": event}


def _candidate(round_id: str, number: int) -> Slot:
    key = f"{round_id}-{number}"
    picture = Portrait(f"{round_id}/{key}/original", "image/png", 768, 1024, 1_000, key)
    return Slot(
        key,
        round_id,
        number - 1,
        f"maker:model-{number}",
        _CENT,
        seed=number,
        state=SlotState.CANDIDATE,
        number=number,
        cost=_CENT,
        cost_source="exact",
        portrait=picture,
    )


def _round(name: str, ts: str, slots: tuple[Slot, ...], voters: tuple[str, ...], now: datetime) -> Round:
    return Round(
        id=name,
        place=ChannelRef(TEAM, CHANNEL),
        character_id="",
        lead=LEAD,
        brief=Brief(f"Maya {name}", "weathered 60-year-old fisherwoman", voters=voters),
        prompt="A portrait.",
        prompt_version="portrait-1",
        routing_reason=RoutingReason("look", "skin"),
        order_seed=7,
        opened_at=now,
        patience_until=now + timedelta(minutes=2),
        state=RoundState.VOTING,
        closes_at=now + timedelta(days=1),
        message_ts=ts,
        slots=slots,
    )


async def _stub_respond(context: AsyncBoltContext, next: Callable[[], Awaitable[Any]]) -> Any:  # noqa: A002 - Bolt's name
    """Bolt middleware: accept private answers without sending them."""
    context["respond"] = _accept_response
    return await next()


async def _accept_response(**_: Any) -> WebhookResponse:
    return WebhookResponse(url="", status_code=200, body="ok", headers={})


def _listener_tasks() -> set[asyncio.Task[Any]]:
    """Find the tasks of running listeners: Bolt runs each in its own task, which goes on after the ack."""
    return {task for task in asyncio.all_tasks() if "run_ack_function" in getattr(task.get_coro(), "__qualname__", "")}
