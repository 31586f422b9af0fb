"""Rounds and faces in memory: what the stage and the listeners read."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from bot.ballot import Mark, Paper
from bot.face import Face
from bot.finish import Finish
from bot.ports import Finishes, Roster, Rounds, Wanted
from bot.round import Round


class Memory:
    """All ports at once, as far as Slack's side asks them."""

    def __init__(
        self, *rounds: Round, face: Face | None = None, marks: Sequence[Mark] = (), wish: Wanted | None = None
    ) -> None:
        self.kept = {r.id: r for r in rounds}
        self.the_face = face
        self.the_marks = tuple(marks)
        self.the_wish = wish
        self.the_finishes: tuple[Finish, ...] = ()
        self.the_uploads: dict[str, Sequence[str]] = {}

    @property
    def rounds(self) -> Rounds:
        return cast("Rounds", self)

    @property
    def roster(self) -> Roster:
        return cast("Roster", self)

    @property
    def finishes(self) -> Finishes:
        return cast("Finishes", self)

    async def of(self, round_id: str) -> tuple[Finish, ...]:
        return self.the_finishes

    async def get(self, round_id: str) -> Round:
        return self.kept[round_id]

    async def by_slot(self, slot_id: str) -> Round:
        for round_ in self.kept.values():
            if any(slot.id == slot_id for slot in round_.slots):
                return round_
        raise KeyError(slot_id)

    async def wish(self, wish_id: str) -> Wanted | None:
        return self.the_wish if self.the_wish and self.the_wish.id == wish_id else None

    async def marks(self, round_id: str) -> Sequence[Mark]:
        return self.the_marks

    async def papers(self, round_id: str) -> Sequence[Paper]:
        return ()

    async def face(self, round_id: str) -> Face | None:
        return self.the_face

    async def history(self, character_id: str) -> Sequence[Face]:
        return (self.the_face,) if self.the_face else ()

    async def uploaded(self, key: str) -> Sequence[str]:
        return self.the_uploads.get(key, ())

    async def note_upload(self, key: str, files: Sequence[str]) -> None:
        self.the_uploads[key] = files

    async def set_message(self, round_id: str, message_ts: str) -> None:
        self.kept[round_id] = replace(self.kept[round_id], message_ts=message_ts)
