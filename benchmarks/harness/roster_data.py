"""A roster of any size, inserted in bulk: productions, characters, rounds, slots and faces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from random import Random
from typing import Any

from sqlalchemy import Table, insert

from bot.domain.ballot import Tally
from bot.domain.brief import Brief
from bot.domain.face import Face, Portrait
from bot.domain.ids import ChannelRef
from bot.domain.names import normalize_name
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.routing.reason import RoutingReason
from bot.domain.slot import Slot, SlotState
from storage import Storage
from storage.db import tables
from storage.db.face_tables import faces
from storage.db.rows import to_row
from storage.db.tables import aliases, channels, characters, productions, rounds, slots
from storage.roster import trigrams

TEAM = "T0ROSTER"
PERSON = "U0ROSTER"
# The queried production has as many characters as one roster picture shows; every other one as many as a large series.
HOME_CHANNEL = ChannelRef(TEAM, "C0HERE")
OTHER_PRODUCTION = "P-C0OTHER0000"
_HOME_PRODUCTION_SIZE, _OTHER_PRODUCTION_SIZE = 40, 500
_BATCH_SIZE = 2_000
_SLOTS_PER_ROUND = 2
_FIRST_ROUND_AT = datetime(2024, 1, 1, tzinfo=UTC)
_SYLLABLES = (
    "ma",
    "no",
    "li",
    "ka",
    "ro",
    "se",
    "ti",
    "yu",
    "be",
    "da",
    "el",
    "fa",
    "jo",
    "an",
    "vi",
    "so",
    "pe",
    "gu",
    "ha",
    "ze",
)
_NAME_ENDINGS = (
    "berg",
    "ström",
    "kova",
    "mann",
    "field",
    "ares",
    "gard",
    "ini",
    "wick",
    "sen",
    "dal",
    "oka",
    "uma",
    "ez",
    "ley",
)

Row = dict[str, Any]


@dataclass(frozen=True)
class RosterEntry:
    """A character with its channel; every tenth one has an alias."""

    number: int
    name: str
    alias: str
    place: ChannelRef

    @property
    def id(self) -> str:
        return f"{self.number:08}"


def make_roster(count: int) -> list[RosterEntry]:
    """Make `count` characters, always the same for the same count, with unique names."""
    random = Random(count)
    firsts = ["".join(random.choices(_SYLLABLES, k=k)).title() for k in (2, 2, 3) for _ in range(250)]
    lasts = [
        "".join([*random.choices(_SYLLABLES, k=k), random.choice(_NAME_ENDINGS)]).title()
        for k in (1, 2)
        for _ in range(900)
    ]
    names: dict[str, None] = {}
    while len(names) < count + count // 10:
        names.setdefault(f"{random.choice(firsts)} {random.choice(lasts)}")
    all_names = list(names)
    return [
        RosterEntry(n, name, all_names[count + n // 10] if n % 10 == 0 and n // 10 < count // 10 else "", _place(n))
        for n, name in enumerate(all_names[:count])
    ]


async def insert_roster(storage: Storage, entries: Sequence[RosterEntry]) -> None:
    """Insert all entries, each with a locked round of two candidates and its face.

    Name trigrams are inserted last and sorted: otherwise a hundred thousand names would take minutes.
    """
    places = dict.fromkeys(member.place for member in entries)
    production_rows = [
        {"id": f"P-{p.channel}", "team": TEAM, "channel": p.channel, "name": _production_name(p)} for p in places
    ]
    channel_rows = [{"team": TEAM, "channel": p.channel, "production_id": f"P-{p.channel}"} for p in places]
    await _insert_rows(storage, ((productions, production_rows), (channels, channel_rows)))
    for start in range(0, len(entries), _BATCH_SIZE):
        batch = entries[start : start + _BATCH_SIZE]
        batch_rounds = [_round(member) for member in batch]
        await _insert_rows(
            storage,
            (
                (characters, [_character_row(member) for member in batch]),
                (aliases, [_alias_row(member) for member in batch if member.alias]),
                (rounds, [to_row(round_) for round_ in batch_rounds]),
                (
                    slots,
                    [
                        to_row(s) | {"reserved_on": _FIRST_ROUND_AT.date()}
                        for round_ in batch_rounds
                        for s in round_.slots
                    ],
                ),
                (faces, [to_row(_face(round_)) for round_ in batch_rounds]),
            ),
        )
    names = [normalize_name(name) for member in entries for name in (member.name, member.alias)]
    trigram_rows = sorted({(TEAM, gram, name) for name in names for gram in trigrams.trigrams_of(name)})
    async with storage.database.transaction() as connection:
        # In the driver's own format: there are fifteen rows for each name.
        await connection.exec_driver_sql(str(insert(tables.name_trigrams).compile(connection.engine)), trigram_rows)


async def _insert_rows(storage: Storage, tables: Sequence[tuple[Table, Sequence[Row]]]) -> None:
    async with storage.database.transaction() as connection:
        for table, rows in tables:
            if rows:
                await connection.execute(insert(table), rows)


def _place(number: int) -> ChannelRef:
    return (
        HOME_CHANNEL
        if number < _HOME_PRODUCTION_SIZE
        else ChannelRef(TEAM, f"C0OTHER{(number - _HOME_PRODUCTION_SIZE) // _OTHER_PRODUCTION_SIZE:04}")
    )


def _production_name(place: ChannelRef) -> str:
    """Name a production; the queried one is in the middle of the sorted list."""
    return "Mill Road" if place == HOME_CHANNEL else f"Film {place.channel[-4:]}"


def _character_row(entry: RosterEntry) -> Row:
    return {
        "id": entry.id,
        "production_id": f"P-{entry.place.channel}",
        "name": entry.name,
        "name_key": normalize_name(entry.name),
        "visible_channel": entry.place.channel,
        "has_face": True,
    }


def _alias_row(entry: RosterEntry) -> Row:
    row = {"production_id": f"P-{entry.place.channel}", "character_id": entry.id}
    return row | {"name": entry.alias, "name_key": normalize_name(entry.alias)}


def _round(entry: RosterEntry) -> Round:
    id_, opened_at = f"r{entry.id}", _FIRST_ROUND_AT + timedelta(minutes=5 * entry.number)
    round_slots = tuple(_slot(id_, n, opened_at) for n in range(_SLOTS_PER_ROUND))
    return Round(
        id=id_,
        place=entry.place,
        character_id=entry.id,
        lead=PERSON,
        brief=Brief(entry.name, "weathered 60-year-old harbour hand, deep crow's feet, salt-cracked lips, grey plait"),
        prompt="A portrait photograph of one person, head and shoulders, facing the camera. " * 4,
        prompt_version="portrait-1",
        routing_reason=RoutingReason("look", "skin"),
        order_seed=entry.number,
        opened_at=opened_at,
        patience_until=opened_at + timedelta(minutes=2),
        state=RoundState.LOCKED,
        closes_at=opened_at + timedelta(days=1),
        message_ts=f"{int(opened_at.timestamp())}.000100",
        sheet_file=f"F{entry.id}S",
        sheet_candidate_count=_SLOTS_PER_ROUND,
        record_file=f"F{entry.id}R",
        locked_slot=round_slots[0].id,
        ballot_version=1,
        voting_since=opened_at,
        tally=Tally({1: 4, 2: 3}, 6),
        slots=round_slots,
    )


def _slot(round_id: str, position: int, opened_at: datetime) -> Slot:
    id_ = f"{round_id}-{position}"
    digest = sha256(id_.encode()).hexdigest()
    portrait = Portrait(
        f"{round_id}/{id_}/original", "image/png", 896, 1200, 1_500_000, digest, perceptual_hash=digest * 2
    )
    return Slot(
        id=id_,
        round_id=round_id,
        position=position,
        model=("openai:gpt-image-2", "gemini:gemini-3-pro-image")[position % 2],
        price=Decimal("0.05"),
        seed=position,
        state=SlotState.CANDIDATE,
        number=position + 1,
        requested_at=opened_at,
        seconds=12.5,
        cost=Decimal("0.05"),
        cost_source="exact",
        request_id=f"req-{id_}",
        portrait=portrait,
        file_id=f"F{id_}",
        original_file=f"O{id_}",
    )


def _face(round_: Round) -> Face:
    slot = round_.slots[0]
    assert slot.portrait
    assert slot.cost is not None
    assert round_.message_ts
    return Face(
        round_id=round_.id,
        character_id=round_.character_id,
        character=round_.character,
        place=round_.place,
        version=1,
        slot_id=slot.id,
        number=1,
        model=slot.model,
        portrait=slot.portrait,
        prompt=round_.prompt,
        prompt_version=round_.prompt_version,
        brief=round_.brief.text,
        seed=slot.seed,
        request_id=slot.request_id,
        cost=slot.cost,
        cost_source=slot.cost_source,
        tally={1: 4, 2: 3},
        voters=6,
        decided_by_lead=False,
        lead=PERSON,
        locked_by=PERSON,
        locked_at=round_.opened_at + timedelta(days=1),
        message_ts=round_.message_ts,
    )
