"""The use cases over a real database and portraits folder, with a recording publisher and scripted models."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image

from bot.domain.ballot import Reaction
from bot.domain.brief import Consent
from bot.domain.budget import Caps, Charge
from bot.domain.cast_many import ManyList
from bot.domain.catalogue import Catalogue, ModelSpec, Retirement, Size, UpscalerSpec
from bot.domain.command import parse_brief
from bot.domain.face import Face
from bot.domain.ids import ChannelRef
from bot.domain.look_alikes import LookAlikeQuestion
from bot.domain.person_limits import PersonLimits
from bot.domain.round import Round
from bot.domain.service_errors import MessageDeleted, SlackUnavailable
from bot.domain.slot import Slot
from bot.domain.spend_report import LedgerEntry, SpendReport
from bot.domain.users import User
from bot.domain.webhook import WebhookEndpoint
from bot.passport import C2paReader, C2paSigner
from bot.passport.keys import SigningKey
from bot.passport.native import root_of
from bot.ports.erasure import MessageAddress
from bot.ports.image_models import GenerationRequest, GenerationResult, ModelClients
from bot.ports.messaging import Picture, Recipient
from bot.ports.reports import Report
from bot.ports.rounds import StartResult
from bot.settings import Settings
from bot.usecases.casting import Casting
from bot.usecases.ports import Ports
from bot.usecases.retries import RetryDelays
from providers.http.rate_limit import RateLimiter
from providers.http.webhook_sender import HttpWebhookSender
from storage import Storage, open_storage
from tests.support.storage_builders import fresh_database, fresh_sqlite

FILM, FERRY = ChannelRef("T1", "C1"), ChannelRef("T1", "C2")
LEAD, DIRECTOR, PRODUCER = "U1", "U2", "U3"
PRICE = {Size.DRAFT: Decimal("0.05"), Size.TWO_K: Decimal("0.08"), Size.FOUR_K: Decimal("0.20")}
PIXELS = {Size.DRAFT: "90x120", Size.TWO_K: "180x240", Size.FOUR_K: "360x480"}
SKIN = ModelSpec("recraft", "recraft", "recraftv4_1", "Recraft V4.1", "skin", PRICE, PIXELS, supports_seed=True)
LITERAL = ModelSpec(
    "openai", "gpt-image-2", "gpt-image-2", "GPT-Image-2", "wardrobe", PRICE, PIXELS, supports_seed=False
)
HIGHER_PRICE = {size: price + Decimal("0.01") for size, price in PRICE.items()}
BANANA = ModelSpec(
    "gemini", "nano-banana", "gemini-nano", "Nano Banana", "", HIGHER_PRICE, PIXELS,
    supports_seed=True, max_references=14, price_per_reference=Decimal("0.001"),
)  # fmt: skip
TWO_ACCOUNTS = Catalogue((SKIN, LITERAL, BANANA), frozenset({"recraft", "openai"}))
UPSCALER = UpscalerSpec("recraft", "crispUpscale", "Recraft Crisp Upscale", Decimal("0.004"))

ModelScript = Callable[[GenerationRequest, int], "Exception | float | asyncio.Event | None"]


def make_portrait(seed: int, width: int = 90, height: int = 120) -> bytes:
    out = BytesIO()
    Image.frombytes("RGB", (9, 12), Random(seed).randbytes(9 * 12 * 3)).resize((width, height)).save(out, "PNG")
    return out.getvalue()


class ScriptedModel:
    """A model that returns noise; `script` can make a call raise, take seconds, or wait for an event."""

    def __init__(self, facts: ModelSpec) -> None:
        self.spec = facts
        self.requests: list[GenerationRequest] = []
        self.script: ModelScript = lambda ask, call: None
        self.render: Callable[[GenerationRequest], bytes] = lambda ask: make_portrait(ask.seed)

    async def generate(self, request: GenerationRequest) -> GenerationResult:
        self.requests.append(request)
        todo = self.script(request, len(self.requests))
        if isinstance(todo, Exception):
            raise todo
        if isinstance(todo, asyncio.Event):
            await todo.wait()
        elif todo:
            await asyncio.sleep(todo)
        return GenerationResult(
            self.render(request), "image/png", Charge(self.spec.prices[request.size], "exact"), "req", request.seed
        )


class FakeUpscaler:
    """An upscaler to `long_side` pixels that raises `error` if it is set."""

    def __init__(self) -> None:
        self.spec = UPSCALER
        self.requests: list[bytes] = []
        self.long_side = 4096
        self.error: Exception | None = None

    async def upscale(self, data: bytes) -> GenerationResult:
        self.requests.append(data)
        if self.error:
            raise self.error
        with Image.open(BytesIO(data)) as image:
            scale = self.long_side / max(image.size)
            out = BytesIO()
            image.resize((round(image.width * scale), round(image.height * scale))).save(out, "PNG")
        return GenerationResult(out.getvalue(), "image/png", Charge(Decimal("0.004"), "exact"), "up")


class FakeModels:
    """Three accounts with one model each, two of them configured, and an upscaler if the catalogue has one."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.skin, self.literal = ScriptedModel(SKIN), ScriptedModel(LITERAL)
        self.banana = ScriptedModel(BANANA)
        self.catalogue = replace(catalogue, vendor_dates={})  # dates from providers stay in one test
        self.unavailable: set[str] = set()
        self.retirement_by_model: dict[str, date | None] = {SKIN.id: None, LITERAL.id: None}
        self.retirement_checks = 0
        self.rate_limiters: dict[str, RateLimiter] = {}
        self.circuit_deadlines: dict[str, datetime] = {}
        self.fake_upscaler = FakeUpscaler()

    def model(self, model_id: str) -> ScriptedModel:
        return {SKIN.id: self.skin, LITERAL.id: self.literal, BANANA.id: self.banana}[model_id]

    def is_available(self, model_id: str) -> bool:
        """Implement ModelHealth."""
        return model_id not in self.unavailable

    def upscaler(self, upscaler_id: str) -> FakeUpscaler:
        return self.fake_upscaler

    async def retirement_dates(self, today: date) -> dict[str, date | None]:
        self.retirement_checks += 1
        return self.retirement_by_model

    def longest_call(self, model_id: str, size: Size) -> float:
        return 300.0

    def rate_limiter(self, model_id: str) -> RateLimiter:
        return self.rate_limiters.setdefault(model_id, RateLimiter())

    def circuit_open_until(self, model_id: str) -> datetime | None:
        return self.circuit_deadlines.get(model_id)

    @property
    def call_count(self) -> int:
        return len(self.skin.requests) + len(self.literal.requests)


@dataclass
class RecordingPublisher:
    """A publisher that records its calls; `slack_reactions` are what it reads back.

    Posts and uploads first raise `next_errors`, one per call. `deleted_rounds` are rounds whose message was deleted.
    """

    storage: Storage
    events: list[tuple[str, ...]] = field(default_factory=list)
    sheets: list[Picture] = field(default_factory=list)
    uploaded_pictures: list[Picture] = field(default_factory=list)
    unshared_pictures: list[Picture] = field(default_factory=list)
    slack_reactions: list[Reaction] = field(default_factory=list)
    next_errors: list[Exception] = field(default_factory=list)
    deleted_rounds: set[str] = field(default_factory=set)
    shown_lists: list[ManyList] = field(default_factory=list)
    look_alike_pictures: list[Picture] = field(default_factory=list)
    is_unavailable: bool = False
    rejects_uploads: bool = False

    async def post(self, round_id: str) -> None:
        self._raise_next_error()
        if (await self.storage.rounds.get(round_id)).message_ts is None:
            self.events.append(("post", round_id))
            await self.storage.rounds.set_message(round_id, f"ts-{round_id}")

    async def repost(self, round_id: str) -> bool:
        if round_id not in self.deleted_rounds:
            return False
        self._raise_next_error()
        self.deleted_rounds.remove(round_id)
        self.events.append(("repost", round_id))
        await self.storage.rounds.set_message(round_id, f"ts-{round_id}-again")
        return True

    def take_deleted(self) -> Sequence[str]:
        return tuple(self.deleted_rounds)

    async def link_from_thread(self, round_id: str) -> None:
        self.events.append(("thread_link", round_id))

    async def retry_closed_channels(self) -> None: ...

    async def notify_lead(self, round_id: str, kind: str) -> None:
        self.events.append(("notify_lead", round_id, kind))

    def _raise_next_error(self) -> None:
        if self.next_errors:
            raise self.next_errors.pop(0)

    def schedule_redraw(self, round_id: str) -> None:
        self.events.append(("schedule_redraw", round_id))

    async def show_cast_many(self, many: ManyList) -> str:
        self._raise_next_error()
        self.events.append(("cast_many", many.state.value))
        self.shown_lists.append(many)
        return many.message_ts or f"ts-{many.id}"

    async def redraw_now(self, round_id: str) -> None:
        self.events.append(("redraw_now", round_id, (await self.storage.rounds.get(round_id)).state))

    async def upload_sheet(self, round_id: str, sheet: Picture) -> str:
        self._raise_next_error()
        if self.rejects_uploads:
            raise SlackUnavailable("files.completeUploadExternal")
        self.sheets.append(sheet)
        return f"F{len(self.sheets)}"

    async def upload_pictures(self, round_id: str, pictures: Sequence[Picture]) -> Sequence[str]:
        self.uploaded_pictures += pictures
        return [f"P{len(self.uploaded_pictures)}-{n}" for n, _ in enumerate(pictures)]

    async def upload_unshared(self, round_id: str, picture: Picture) -> str:
        self._raise_next_error()
        self.unshared_pictures.append(picture)
        return f"V{len(self.unshared_pictures)}"

    async def show_sheet_view(self, round_id: str, attempt_id: str) -> None:
        self._raise_next_error()
        attempt = await self.storage.sheets.get(attempt_id)
        if not attempt.message_ts:
            self.events.append(("sheet_view", attempt_id))
            await self.storage.sheets.set_message(attempt_id, f"ts-{attempt_id}", "")

    async def ask_look_alike(self, question: LookAlikeQuestion, picture: Picture) -> None:
        self._raise_next_error()
        self.events.append(("ask_look_alike", question.round_id, question.other_round_id))
        self.look_alike_pictures.append(picture)
        await self.storage.look_alikes.set_message(question, f"ts-{question.other_round_id}", "")

    async def add_vote_reactions(self, round_id: str, numbers: Sequence[int]) -> None:
        self.events.append(("vote_reactions", round_id, *(str(n) for n in numbers)))

    async def get_reactions(self, round_id: str) -> Sequence[Reaction]:
        if round_id in self.deleted_rounds:
            raise MessageDeleted("reactions.get", "message_not_found")
        if self.is_unavailable:
            raise SlackUnavailable("reactions")
        return self.slack_reactions

    async def post_thread_note(self, round_id: str, kind: str) -> None:
        self.events.append(("thread_note", round_id, kind))


@dataclass
class FakeDirectMessages:
    """Direct messages that are recorded; sending to `unreachable` people fails."""

    retirement_notices: list[tuple[Recipient, Retirement]] = field(default_factory=list)
    listed_faces: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    overspend_notices: list[tuple[Recipient, LedgerEntry]] = field(default_factory=list)
    spend_reports: list[tuple[Recipient, SpendReport]] = field(default_factory=list)
    reminders: list[tuple[str, str]] = field(default_factory=list)
    reports: list[tuple[str, str, str, str]] = field(default_factory=list)
    deletion_reports: list[tuple[Recipient, tuple[str, ...]]] = field(default_factory=list)
    webhooks_off: list[tuple[Recipient, WebhookEndpoint]] = field(default_factory=list)
    unreachable: set[str] = field(default_factory=set)

    async def send_retirement(self, recipient: Recipient, retirement: Retirement, faces: Sequence[Face] = ()) -> None:
        if recipient.person in self.unreachable:
            raise SlackUnavailable("chat.postMessage")
        self.listed_faces[recipient.person, retirement.model.id] = tuple(face.round_id for face in faces)
        self.retirement_notices.append((recipient, retirement))

    async def send_overspend(self, recipient: Recipient, entry: LedgerEntry) -> None:
        if recipient.person in self.unreachable:
            raise SlackUnavailable("chat.postMessage")
        self.overspend_notices.append((recipient, entry))

    async def send_vote_reminder(self, recipient: Recipient, round_: Round) -> None:
        if recipient.person in self.unreachable:
            raise SlackUnavailable("chat.postMessage")
        self.reminders.append((recipient.person, round_.id))

    async def send_deletion_report(self, recipient: Recipient, refused_files: Sequence[str]) -> None:
        if recipient.person in self.unreachable:
            raise SlackUnavailable("chat.postMessage")
        self.deletion_reports.append((recipient, tuple(refused_files)))

    async def send_report(self, recipient: Recipient, round_: Round, slot: Slot, report: Report) -> None:
        if recipient.person in self.unreachable:
            raise SlackUnavailable("chat.postMessage")
        self.reports.append((recipient.person, slot.id, report.person, report.reason))

    async def send_webhook_off(self, recipient: Recipient, endpoint: WebhookEndpoint) -> None:
        if recipient.person in self.unreachable:
            raise SlackUnavailable("chat.postMessage")
        self.webhooks_off.append((recipient, endpoint))

    async def send_spend_report(self, recipient: Recipient, report: SpendReport) -> None:
        self.spend_reports.append((recipient, report))


@dataclass
class FakeSlackFiles:
    """Files in Slack that were deleted; `refused` are not, and `next_errors` are raised first, one per call.

    `shares` are the messages that share a file.
    """

    deleted: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    next_errors: list[Exception] = field(default_factory=list)
    shares: dict[str, list[MessageAddress]] = field(default_factory=dict)

    async def delete(self, team: str, file_id: str) -> bool:
        if self.next_errors:
            raise self.next_errors.pop(0)
        if file_id in self.refused:
            return False
        self.deleted.append(file_id)
        return True

    async def list_shares(self, team: str, file_id: str) -> Sequence[MessageAddress]:
        return [] if file_id in self.deleted else self.shares.get(file_id, [])


@dataclass
class FakeSlackMessages:
    """Messages that are recorded when they are deleted; Slack refuses those at `refused` timestamps."""

    deleted: list[tuple[ChannelRef, str]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    async def delete(self, place: ChannelRef, ts: str) -> bool:
        if ts in self.refused:
            return False
        self.deleted.append((place, ts))
        return True


@dataclass
class FakeChannelAccess:
    """Channels that are public unless they have `private_members`; `users` are people with a special account.

    Channels in `shared` have people of other organizations; the bot is not in those in `closed`.
    """

    private_members: dict[ChannelRef, set[str]] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    shared: set[ChannelRef] = field(default_factory=set)
    closed: set[ChannelRef] = field(default_factory=set)

    async def get_user(self, team: str, person: str) -> User:
        """Implement UserDirectory."""
        return self.users.get(person, User())

    async def list_administrators(self, team: str) -> Sequence[str]:
        return [person for person, user in self.users.items() if user.is_admin]

    async def channel_name(self, place: ChannelRef) -> str:
        return place.channel.lower()

    async def can_post(self, place: ChannelRef) -> bool:
        return place not in self.closed

    async def list_channels(self, team: str, person: str) -> dict[str, str]:
        """List both public channels, and the private ones of the person."""
        private = [place for place, people in self.private_members.items() if place.team == team and person in people]
        return {place.channel: place.channel.lower() for place in (FILM, FERRY, *private)}

    async def is_private(self, place: ChannelRef) -> bool:
        return place in self.private_members

    async def has_outsiders(self, place: ChannelRef) -> bool:
        return place in self.shared

    async def can_see(self, person: str, place: ChannelRef) -> bool:
        return place not in self.private_members or person in self.private_members[place]


class CastingHarness:
    """A casting team in a test; only the test moves `now`. The fake models draw unless `models` are given."""

    def __init__(
        self,
        storage: Storage,
        per_round: str = "2.00",
        per_day: str = "20.00",
        patience: float = 60,
        catalogue: Catalogue = TWO_ACCOUNTS,
        models: ModelClients | None = None,
        keys: Sequence[str] = (),
        admins: frozenset[str] = frozenset(),
        limits: PersonLimits = PersonLimits(),  # noqa: B008 - it is frozen
        waits: RetryDelays = RetryDelays(),  # noqa: B008 - it is frozen
        passport_key: SigningKey | None = None,
        **caps: Any,
    ) -> None:
        self.storage = storage
        self.fake_models = FakeModels(catalogue)
        self.publisher = RecordingPublisher(storage)
        self.channel_access = FakeChannelAccess()
        self.direct_messages = FakeDirectMessages()
        self.slack_files = FakeSlackFiles()
        self.slack_messages = FakeSlackMessages()
        self.passport_signer = C2paSigner(passport_key)
        self.credentials_reader = C2paReader(own_root=root_of(self.passport_signer.chain))
        self.now = datetime.now(UTC)
        self.started_jobs: list[tuple[str, str]] = []
        if keys:
            self.fake_models.catalogue = replace(self.fake_models.catalogue, configured_providers=frozenset(keys))
        self.casting = Casting(
            Ports(
                storage=storage,
                model_clients=models or self.fake_models,
                publisher=self.publisher,
                channel_access=self.channel_access,
                user_directory=self.channel_access,
                job_queue=self,
                retirement_source=self.fake_models,
                direct_messages=self.direct_messages,
                slack_files=self.slack_files,
                slack_messages=self.slack_messages,
                credentials_reader=self.credentials_reader,
                passport_signer=self.passport_signer,
                webhook_sender=HttpWebhookSender(allow_loopback=True),
                caps=Caps(Decimal(per_round), Decimal(per_day), **caps),
                patience={Size.DRAFT: patience, Size.FOUR_K: patience},
                admins=admins,
                limits=limits,
                now=lambda: self.now,
                model_health=self.fake_models,
                waits=waits,
            )
        )

    async def start(self, kind: str, key: str) -> None:
        """Implement JobQueue: record the job, which the test runs itself."""
        self.started_jobs.append((kind, key))

    async def purge(self, before: datetime) -> int:
        """Implement JobQueue: no rows of jobs are stored."""
        return 0

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)

    async def start_round(self, line: str = "Maya: a fisherwoman", lead: str = LEAD, place: ChannelRef = FILM) -> str:
        opened = await self.casting.start_round.start(parse_brief(line), place, lead, f"trigger-{line}-{self.now}")
        return opened.round.id

    async def start_round_with_photo(
        self, line: str, photo: bytes, consent: Consent | None = None, **changes: Any
    ) -> StartResult:
        """Fill in and submit the form of `--like photo`; `changes` are further fields of its draft."""
        round_form = self.casting.round_form
        form = await round_form.create(FILM, LEAD, f"trigger-{line}", parse_brief(line))
        draft = replace(form.draft, photo_file_id="F1", shows_real_person=bool(consent), has_consent=bool(consent))
        validated = await round_form.validate(form.id, LEAD, replace(draft, **changes))
        return await round_form.submit_with_photo(validated, photo, consent)

    async def audition(self, round_id: str) -> Round:
        """Run the round job with its slots, from the post to the ballot."""
        audition = self.casting.audition
        await audition.post_and_generate(round_id)
        async with asyncio.TaskGroup() as slots:
            for slot_id in await audition.slot_ids(round_id):
                slots.create_task(audition.generate_when_posted(slot_id))
            await audition.open_when_ready(round_id)
            await self.casting.round_pictures.publish_missing(round_id)
        return await self.get_round(round_id)

    async def run_to_voting(self, line: str = "Maya: a fisherwoman") -> Round:
        return await self.audition(await self.start_round(line))

    async def vote(self, round_: Round, **votes: int) -> None:
        """Click for each person: `U2=3` is a click on candidate 3."""
        for event_ts_us, (person, number) in enumerate(votes.items(), start=1):
            await self.casting.voting.click(round_.candidate_by_number(number).id, person, event_ts_us)

    async def run_to_lock(self, line: str = "Maya: a fisherwoman") -> str:
        """Run a round until candidate 1 is locked by the director's vote."""
        round_ = await self.run_to_voting(line)
        await self.vote(round_, U2=1)
        await self.casting.lock_face.lock(round_.id, round_.slot_id_by_number[1], LEAD)
        await self.casting.round_pictures.publish_missing(round_.id)
        return round_.id

    async def get_round(self, round_id: str) -> Round:
        return await self.storage.rounds.get(round_id)


@asynccontextmanager
async def casting_harness(data: Path, **options: object) -> AsyncIterator[CastingHarness]:
    """Open a harness on a folder; storage uses its clock. A second harness on the same folder finds the same data.

    With the option `database` postgresql the rows are in a new database of the test server.
    """
    settings = Settings(data_dir=data)
    if options.pop("database", "sqlite") == "postgresql":
        url = await fresh_database("postgresql", data)
        settings = Settings(data_dir=data, database_url=url, engine_url=url, executor_id="tests")
    elif not (settings.data_dir / "castroom.sqlite").exists():
        await fresh_sqlite(settings.data_dir)
    opened: list[CastingHarness] = []
    storage = await open_storage(settings, lambda: opened[0].now)
    try:
        await storage.replicas.open()
        opened.append(CastingHarness(storage, **options))  # type: ignore[arg-type]
        yield opened[0]
    finally:
        await storage.replicas.close()
        await storage.close()
