"""Everything the use cases need from outside, as one value."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.domain.brief import MIN_VOTING_TIME
from bot.domain.budget import Caps
from bot.domain.catalogue import Catalogue, Size
from bot.domain.ids import ChannelRef
from bot.domain.person_limits import PersonLimits
from bot.domain.production import ProductionSettings
from bot.domain.retention import Retention
from bot.ports.clock import Now
from bot.ports.erasure import SlackFiles, SlackMessages
from bot.ports.image_models import ModelClients, ModelHealth, RetirementSource
from bot.ports.jobs import JobQueue
from bot.ports.messaging import ChannelAccess, DirectMessages, RoundPublisher, UserDirectory
from bot.ports.passport import CredentialsReader, PassportSigner
from bot.ports.storage import StoragePorts
from bot.ports.webhooks import WebhookSender
from bot.usecases.retries import RetryDelays


def utc_now() -> datetime:
    return datetime.now(UTC)


# Without a generated __repr__: an error that names a use case would print all of this.
@dataclass(frozen=True, kw_only=True, repr=False)
class Ports:
    """The collaborators, caps and limits of all use cases.

    `patience` maps a portrait size to the seconds that voting waits for a model. `admins` may confirm any charge.
    `doors_url` is the public address of the doors, empty while they are off.
    """

    storage: StoragePorts
    model_clients: ModelClients
    model_health: ModelHealth
    publisher: RoundPublisher
    channel_access: ChannelAccess
    user_directory: UserDirectory
    job_queue: JobQueue
    retirement_source: RetirementSource
    direct_messages: DirectMessages
    slack_files: SlackFiles
    slack_messages: SlackMessages
    credentials_reader: CredentialsReader
    passport_signer: PassportSigner
    webhook_sender: WebhookSender
    caps: Caps
    patience: dict[Size, float]
    admins: frozenset[str] = frozenset()
    limits: PersonLimits = field(default_factory=PersonLimits)
    retention: Retention = field(default_factory=Retention)
    uninstall_grace: timedelta = timedelta(days=30)
    now: Now = utc_now
    shortest_voting: timedelta = MIN_VOTING_TIME
    doors_url: str = ""
    webhook_overlap: timedelta = timedelta(hours=24)
    waits: RetryDelays = field(default_factory=RetryDelays)

    def now_us(self) -> int:
        """Return the time as microseconds, comparable with the time stamps of Slack's events."""
        return int(self.now().timestamp() * 1_000_000)

    @property
    def catalogue(self) -> Catalogue:
        return self.model_clients.catalogue


@dataclass(frozen=True, slots=True)
class UseCase:
    """A use case with its ports."""

    ports: Ports

    @property
    def storage(self) -> StoragePorts:
        return self.ports.storage

    async def settings_of(self, place: ChannelRef) -> ProductionSettings:
        """Return the settings of the production of `place`."""
        return (await self.storage.productions.get(place)).settings
