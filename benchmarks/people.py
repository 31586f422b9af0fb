"""A roster of any size, written in bulk as a team would have left it: productions, characters, rounds, slots, faces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from random import Random
from typing import Any

from sqlalchemy import Table, insert

from bot.ballot import Tally
from bot.brief import Brief, fold
from bot.face import Face, Place, Portrait
from bot.round import Reason, Round, State
from bot.slot import Slot, SlotState
from storage import Storage, grams, tables
from storage.rows import row_of
from storage.tables import aliases, channels, characters, faces, productions, rounds, slots

TEAM = "T0CROWD"
PERSON = "U0CROWD"
# The production that is asked from holds as many as one poster shows; every other one as many as a large series.
HERE = Place(TEAM, "C0HERE")
OTHERS_FILM = "P-C0OTHER0000"
_OURS, _THEIRS = 40, 500
_AT_A_TIME = 2_000
_SLOTS = 2
_SINCE = datetime(2024, 1, 1, tzinfo=UTC)
_FIRST = (
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
_LAST = (
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
class Member:
    """One of the crowd: their name, another one they answer to (a tenth have one), and where they were cast."""

    number: int
    name: str
    alias: str
    place: Place

    @property
    def id(self) -> str:
        return f"{self.number:08}"


def crowd(count: int) -> list[Member]:
    """The same people for the same count; no two have a name in common."""
    random = Random(count)
    firsts = ["".join(random.choices(_FIRST, k=k)).title() for k in (2, 2, 3) for _ in range(250)]
    lasts = ["".join([*random.choices(_FIRST, k=k), random.choice(_LAST)]).title() for k in (1, 2) for _ in range(900)]
    names: dict[str, None] = {}
    while len(names) < count + count // 10:
        names.setdefault(f"{random.choice(firsts)} {random.choice(lasts)}")
    known = list(names)
    return [
        Member(n, name, known[count + n // 10] if n % 10 == 0 and n // 10 < count // 10 else "", _place(n))
        for n, name in enumerate(known[:count])
    ]


async def fill(storage: Storage, members: Sequence[Member]) -> None:
    """Write them all, each with a locked round of two candidates and its face, as rows of an ordinary database.

    Names in pieces come last and in their order: by the row, a hundred thousand of them would take minutes.
    """
    places = dict.fromkeys(member.place for member in members)
    ours = [{"id": f"P-{p.channel}", "team": TEAM, "channel": p.channel, "name": _film(p)} for p in places]
    cast = [{"team": TEAM, "channel": p.channel, "production_id": f"P-{p.channel}"} for p in places]
    await _write(storage, ((productions, ours), (channels, cast)))
    for at in range(0, len(members), _AT_A_TIME):
        some = members[at : at + _AT_A_TIME]
        drawn = [_round(member) for member in some]
        await _write(
            storage,
            (
                (characters, [_character(member) for member in some]),
                (aliases, [_alias(member) for member in some if member.alias]),
                (rounds, [row_of(round_) for round_ in drawn]),
                (slots, [row_of(s) | {"reserved_on": _SINCE.date()} for round_ in drawn for s in round_.slots]),
                (faces, [row_of(_face(round_)) for round_ in drawn]),
            ),
        )
    names = [fold(name) for member in members for name in (member.name, member.alias)]
    pieces = sorted({(TEAM, gram, name) for name in names for gram in grams.grams_of(name)})
    async with storage.database.change() as connection:
        # As the driver takes it: there are fifteen for each name.
        await connection.exec_driver_sql(str(insert(tables.grams).compile(connection.engine)), pieces)


async def _write(storage: Storage, tables: Sequence[tuple[Table, Sequence[Row]]]) -> None:
    async with storage.database.change() as connection:
        for table, rows in tables:
            if rows:
                await connection.execute(insert(table), rows)


def _place(number: int) -> Place:
    return HERE if number < _OURS else Place(TEAM, f"C0OTHER{(number - _OURS) // _THEIRS:04}")


def _film(place: Place) -> str:
    """Ours stands in the middle of the list."""
    return "Mill Road" if place == HERE else f"Film {place.channel[-4:]}"


def _character(member: Member) -> Row:
    return {
        "id": member.id,
        "production_id": f"P-{member.place.channel}",
        "name": member.name,
        "folded": fold(member.name),
        "shown_in": member.place.channel,
        "has_face": True,
    }


def _alias(member: Member) -> Row:
    row = {"production_id": f"P-{member.place.channel}", "character_id": member.id}
    return row | {"name": member.alias, "folded": fold(member.alias)}


def _round(member: Member) -> Round:
    id_, opened = f"r{member.id}", _SINCE + timedelta(minutes=5 * member.number)
    drawn = tuple(_slot(id_, n, opened) for n in range(_SLOTS))
    return Round(
        id=id_,
        place=member.place,
        character_id=member.id,
        lead=PERSON,
        brief=Brief(member.name, "weathered 60-year-old harbour hand, deep crow's feet, salt-cracked lips, grey plait"),
        prompt="A portrait photograph of one person, head and shoulders, facing the camera. " * 4,
        prompt_version="portrait-1",
        reason=Reason("look", "skin"),
        order_seed=member.number,
        opened_at=opened,
        patience_until=opened + timedelta(minutes=2),
        state=State.LOCKED,
        closes_at=opened + timedelta(days=1),
        message_ts=f"{int(opened.timestamp())}.000100",
        sheet_file=f"F{member.id}S",
        sheet_shows=_SLOTS,
        record_file=f"F{member.id}R",
        locked_slot=drawn[0].id,
        ballot_version=1,
        voting_since=opened,
        tally=Tally({1: 4, 2: 3}, 6),
        slots=drawn,
    )


def _slot(round_id: str, position: int, opened: datetime) -> Slot:
    id_ = f"{round_id}-{position}"
    digest = sha256(id_.encode()).hexdigest()
    portrait = Portrait(f"{round_id}/{id_}/original", "image/png", 896, 1200, 1_500_000, digest, likeness=digest * 2)
    return Slot(
        id=id_,
        round_id=round_id,
        position=position,
        model=("openai:gpt-image-2", "gemini:gemini-3-pro-image")[position % 2],
        price=Decimal("0.05"),
        seed=position,
        state=SlotState.CANDIDATE,
        number=position + 1,
        asked_at=opened,
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
