"""The use cases over a real database and portraits folder, with a recording publisher and scripted models."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.domain.brief import Consent
from bot.domain.budget import Caps
from bot.domain.catalogue import Catalogue, Size
from bot.domain.command import parse_brief
from bot.domain.ids import ChannelRef
from bot.domain.person_limits import PersonLimits
from bot.domain.round import Round
from bot.domain.users import User
from bot.passport import C2paReader, C2paSigner
from bot.passport.keys import SigningKey
from bot.passport.native import root_of
from bot.ports.image_models import ModelClients
from bot.ports.rounds import StartResult
from bot.settings import Settings
from bot.usecases.casting import Casting
from bot.usecases.ports import Ports
from bot.usecases.retries import RetryDelays
from providers.http.webhook_sender import HttpWebhookSender
from storage import Storage, open_storage
from tests.support.recorded_slack import FakeDirectMessages, FakeSlackFiles, FakeSlackMessages, RecordingPublisher
from tests.support.scripted_models import TWO_ACCOUNTS, FakeModels
from tests.support.storage_builders import fresh_database, fresh_sqlite

FILM, FERRY = ChannelRef("T1", "C1"), ChannelRef("T1", "C2")
LEAD, DIRECTOR, PRODUCER = "U1", "U2", "U3"


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
