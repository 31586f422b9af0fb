"""The use cases over a real database and portraits folder, with a stage that remembers and models that do as told."""

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

from bot.ballot import Reaction
from bot.brief import Brief
from bot.budget import Caps, Charge
from bot.casting import Casting
from bot.catalogue import Catalogue, Ending, ModelFacts, Size, UpscalerFacts
from bot.drawing import Models
from bot.errors import MessageGone, Unreachable
from bot.face import Place
from bot.member import Member
from bot.ports import Answer, Ask, Picture, Reader
from bot.round import Round
from bot.settings import Settings
from bot.statement import Entry, Statement
from bot.waits import Waits
from providers._pace import Line
from storage import Storage, migrate, open_storage

FILM, FERRY = Place("T1", "C1"), Place("T1", "C2")
LEAD, DIRECTOR, PRODUCER = "U1", "U2", "U3"
PRICE = {Size.DRAFT: Decimal("0.05"), Size.FOUR_K: Decimal("0.20")}
PIXELS = {Size.DRAFT: "90x120", Size.FOUR_K: "360x480"}
SKIN = ModelFacts("recraft", "recraft", "recraftv4_1", "Recraft V4.1", "skin", PRICE, PIXELS, seeds=True)
LITERAL = ModelFacts("openai", "gpt-image-2", "gpt-image-2", "GPT-Image-2", "wardrobe", PRICE, PIXELS, seeds=False)
DEARER = {size: price + Decimal("0.01") for size, price in PRICE.items()}
BANANA = ModelFacts(
    "gemini", "nano-banana", "gemini-nano", "Nano Banana", "", DEARER, PIXELS,
    seeds=True, references=14, per_reference=Decimal("0.001"),
)  # fmt: skip
TWO_KEYS = Catalogue((SKIN, LITERAL, BANANA), frozenset({"recraft", "openai"}))
UPSCALER = UpscalerFacts("recraft", "crispUpscale", "Recraft Crisp Upscale", Decimal("0.004"))

Script = Callable[[Ask, int], "Exception | float | asyncio.Event | None"]


def portrait(seed: int, width: int = 90, height: int = 120) -> bytes:
    out = BytesIO()
    Image.frombytes("RGB", (9, 12), Random(seed).randbytes(9 * 12 * 3)).resize((width, height)).save(out, "PNG")
    return out.getvalue()


class ScriptedModel:
    """Draws noise; `script` may say, per call, to raise, to take seconds, or to wait for an event first."""

    def __init__(self, facts: ModelFacts) -> None:
        self.facts = facts
        self.asks: list[Ask] = []
        self.script: Script = lambda ask, call: None
        self.draws: Callable[[Ask], bytes] = lambda ask: portrait(ask.seed)

    async def draw(self, ask: Ask) -> Answer:
        self.asks.append(ask)
        todo = self.script(ask, len(self.asks))
        if isinstance(todo, Exception):
            raise todo
        if isinstance(todo, asyncio.Event):
            await todo.wait()
        elif todo:
            await asyncio.sleep(todo)
        return Answer(self.draws(ask), "image/png", Charge(self.facts.prices[ask.size], "exact"), "req", ask.seed)


class Enlarger:
    """Makes pictures as large as its `long_side` says; `error` is raised instead."""

    def __init__(self) -> None:
        self.facts = UPSCALER
        self.asks: list[bytes] = []
        self.long_side = 4096
        self.error: Exception | None = None

    async def enlarge(self, data: bytes) -> Answer:
        self.asks.append(data)
        if self.error:
            raise self.error
        with Image.open(BytesIO(data)) as image:
            scale = self.long_side / max(image.size)
            out = BytesIO()
            image.resize((round(image.width * scale), round(image.height * scale))).save(out, "PNG")
        return Answer(out.getvalue(), "image/png", Charge(Decimal("0.004"), "exact"), "up")


class Studio:
    """Three accounts with one model each, two of them with a key, and an upscaler where the catalogue has one."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.skin, self.literal = ScriptedModel(SKIN), ScriptedModel(LITERAL)
        self.banana = ScriptedModel(BANANA)
        self.catalogue = replace(catalogue, said={})  # what vendors say is learnt in one test alone
        self.down: set[str] = set()
        self.ends: dict[str, date | None] = {SKIN.id: None, LITERAL.id: None}
        self.looks = 0
        self.lines: dict[str, Line] = {}
        self.resting: dict[str, datetime] = {}
        self.enlarger = Enlarger()

    def model(self, model_id: str) -> ScriptedModel:
        return {SKIN.id: self.skin, LITERAL.id: self.literal, BANANA.id: self.banana}[model_id]

    def available(self, model_id: str) -> bool:
        """The port Health."""
        return model_id not in self.down

    def upscaler(self, upscaler_id: str) -> Enlarger:
        return self.enlarger

    async def endings(self, today: date) -> dict[str, date | None]:
        self.looks += 1
        return self.ends

    def line(self, model_id: str) -> Line:
        return self.lines.setdefault(model_id, Line())

    def resting_until(self, model_id: str) -> datetime | None:
        return self.resting.get(model_id)

    @property
    def asked(self) -> int:
        return len(self.skin.asks) + len(self.literal.asks)


@dataclass
class RememberingStage:
    """Keeps what was shown; `shown` are the people's reactions it would read back.

    `refusals` are raised first, one a call, by what posts and hangs; `gone` are rounds whose message was deleted.
    """

    storage: Storage
    happened: list[tuple[str, ...]] = field(default_factory=list)
    sheets: list[Picture] = field(default_factory=list)
    pinned: list[Picture] = field(default_factory=list)
    shown: list[Reaction] = field(default_factory=list)
    refusals: list[Exception] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    silent: bool = False
    refuses_pictures: bool = False

    async def post(self, round_id: str) -> None:
        self._refuse()
        if (await self.storage.rounds.get(round_id)).message_ts is None:
            self.happened.append(("post", round_id))
            await self.storage.rounds.set_message(round_id, f"ts-{round_id}")

    async def post_again(self, round_id: str) -> bool:
        if round_id not in self.gone:
            return False
        self._refuse()
        self.gone.remove(round_id)
        self.happened.append(("post again", round_id))
        await self.storage.rounds.set_message(round_id, f"ts-{round_id}-again")
        return True

    def lost(self) -> Sequence[str]:
        return tuple(self.gone)

    async def point_there(self, round_id: str) -> None:
        self.happened.append(("point", round_id))

    async def look_again(self) -> None: ...

    async def tell_lead(self, round_id: str, word: str) -> None:
        self.happened.append(("tell", round_id, word))

    def _refuse(self) -> None:
        if self.refusals:
            raise self.refusals.pop(0)

    def refresh(self, round_id: str) -> None:
        self.happened.append(("refresh", round_id))

    async def show(self, round_id: str) -> None:
        self.happened.append(("show", round_id, (await self.storage.rounds.get(round_id)).state))

    async def hang(self, round_id: str, sheet: Picture) -> str:
        self._refuse()
        if self.refuses_pictures:
            raise Unreachable("files.completeUploadExternal")
        self.sheets.append(sheet)
        return f"F{len(self.sheets)}"

    async def pin(self, round_id: str, pictures: Sequence[Picture]) -> Sequence[str]:
        self.pinned += pictures
        return [f"P{len(self.pinned)}-{n}" for n, _ in enumerate(pictures)]

    async def seed(self, round_id: str, numbers: Sequence[int]) -> None:
        self.happened.append(("seed", round_id, *(str(n) for n in numbers)))

    async def reactions(self, round_id: str) -> Sequence[Reaction]:
        if round_id in self.gone:
            raise MessageGone("reactions.get", "message_not_found")
        if self.silent:
            raise Unreachable("reactions")
        return self.shown

    async def remark(self, round_id: str, remark: str) -> None:
        self.happened.append(("remark", round_id, remark))


@dataclass
class Post:
    """Keeps whom it told what; who is `away` cannot be reached."""

    told: list[tuple[Reader, Ending]] = field(default_factory=list)
    overspent: list[tuple[Reader, Entry]] = field(default_factory=list)
    statements: list[tuple[Reader, Statement]] = field(default_factory=list)
    reminded: list[tuple[str, str]] = field(default_factory=list)
    away: set[str] = field(default_factory=set)

    async def tell(self, reader: Reader, ending: Ending) -> None:
        if reader.person in self.away:
            raise Unreachable("chat.postMessage")
        self.told.append((reader, ending))

    async def tell_overspent(self, reader: Reader, entry: Entry) -> None:
        if reader.person in self.away:
            raise Unreachable("chat.postMessage")
        self.overspent.append((reader, entry))

    async def remind(self, reader: Reader, round_: Round) -> None:
        if reader.person in self.away:
            raise Unreachable("chat.postMessage")
        self.reminded.append((reader.person, round_.id))

    async def show_statement(self, reader: Reader, statement: Statement) -> None:
        self.statements.append((reader, statement))


@dataclass
class Doors:
    """Who may see which private place; every other place is public. `members` are people who are anything special."""

    private: dict[Place, set[str]] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)

    async def who(self, team: str, person: str) -> Member:
        """The port People."""
        return self.members.get(person, Member())

    async def channels_of(self, team: str, person: str) -> dict[str, str]:
        """Everybody is in the two public channels of the first scene."""
        private = [place for place, people in self.private.items() if place.team == team and person in people]
        return {place.channel: place.channel.lower() for place in (FILM, FERRY, *private)}

    async def is_private(self, place: Place) -> bool:
        return place in self.private

    async def sees(self, person: str, place: Place) -> bool:
        return place not in self.private or person in self.private[place]


class Theatre:
    """A casting team in a test: `now` moves only when told; the studio draws unless `models` are given."""

    def __init__(
        self,
        storage: Storage,
        per_round: str = "2.00",
        per_day: str = "20.00",
        patience: float = 60,
        catalogue: Catalogue = TWO_KEYS,
        models: Models | None = None,
        keys: Sequence[str] = (),
        admins: frozenset[str] = frozenset(),
        waits: Waits = Waits(),  # noqa: B008 - it is frozen
        **caps: Any,
    ) -> None:
        self.storage = storage
        self.studio = Studio(catalogue)
        self.stage = RememberingStage(storage)
        self.doors = Doors()
        self.post = Post()
        self.now = datetime.now(UTC)
        self.started: list[tuple[str, str]] = []
        if keys:
            self.studio.catalogue = replace(self.studio.catalogue, configured=frozenset(keys))
        self.casting = Casting.of(
            storage,
            models=models or self.studio,
            stage=self.stage,
            visibility=self.doors,
            people=self.doors,
            errands=self,
            accounts=self.studio,
            messenger=self.post,
            caps=Caps(Decimal(per_round), Decimal(per_day), **caps),
            patience={Size.DRAFT: patience, Size.FOUR_K: patience},
            admins=admins,
            now=lambda: self.now,
            health=self.studio,
            waits=waits,
        )

    async def start(self, kind: str, key: str) -> None:
        """The port Errands, only remembered: tests run the errands themselves."""
        self.started.append((kind, key))

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    async def open(self, line: str = "Maya: a fisherwoman", lead: str = LEAD, place: Place = FILM) -> str:
        opened = await self.casting.opening.open_round(Brief.of(line), place, lead, f"trigger-{line}-{self.now}")
        return opened.round.id

    async def audition(self, round_id: str) -> Round:
        """The round's errand with its slots, from the post to the ballot."""
        audition = self.casting.audition
        await self.casting.posting.post(round_id)
        async with asyncio.TaskGroup() as slots:
            for slot_id in await audition.slots(round_id):
                slots.create_task(audition.draw(slot_id))
            await audition.settle(round_id)
            await audition.open_ballot(round_id)
            await self.casting.presenting.catch_up(round_id)
        return await self.round(round_id)

    async def voting(self, line: str = "Maya: a fisherwoman") -> Round:
        return await self.audition(await self.open(line))

    async def vote(self, round_: Round, **votes: int) -> None:
        """`U2=3`: that person clicks on candidate 3."""
        for stamp, (person, number) in enumerate(votes.items(), start=1):
            await self.casting.voting.click(round_.numbered(number).id, person, stamp)

    async def locked(self, line: str = "Maya: a fisherwoman") -> str:
        """A round with a face: the director's vote for candidate 1 decides."""
        round_ = await self.voting(line)
        await self.vote(round_, U2=1)
        await self.casting.locking.lock(round_.id, round_.slot_of[1], LEAD)
        await self.casting.presenting.catch_up(round_.id)
        return round_.id

    async def round(self, round_id: str) -> Round:
        return await self.storage.rounds.get(round_id)


@asynccontextmanager
async def theatre(data: Path, **options: object) -> AsyncIterator[Theatre]:
    """A theatre on a folder, whose clock storage goes by; opened again on the same folder it finds everything."""
    settings = Settings(data_dir=data)
    await migrate(settings.database_url)
    opened: list[Theatre] = []
    storage = await open_storage(settings, lambda: opened[0].now)
    try:
        opened.append(Theatre(storage, **options))  # type: ignore[arg-type]
        yield opened[0]
    finally:
        await storage.close()
