"""What pictures show, for people who do not see them; never which model drew one. Plain text."""

from collections.abc import Sequence

from bot.round import Round
from handlers.words.text import cut, several

FILE_LIMIT = 1000
BLOCK_LIMIT = 2000


def sheet(round_: Round, numbers: Sequence[int]) -> str:
    shown = f"{'candidate' if len(numbers) == 1 else 'candidates'} {several([str(n) for n in numbers])}"
    return cut(f"Contact sheet for {round_.character}, {shown}. Brief: {round_.brief.text}", FILE_LIMIT)


def candidate(round_: Round, number: int) -> str:
    return cut(f"Candidate {number} for {round_.character}. Brief: {round_.brief.text}", FILE_LIMIT)


def pair(name: str, brief: str) -> str:
    return cut(f"The face of {name} twice at one size: left the original, right the finish. Brief: {brief}", FILE_LIMIT)


def finish(name: str, brief: str) -> str:
    return cut(f"The face of {name}, finished larger. Brief: {brief}", FILE_LIMIT)


def parcel(name: str) -> str:
    return cut(f"A ZIP with the face of {name}, its prompt and its record", FILE_LIMIT)


def face(name: str, brief: str) -> str:
    return cut(f"The face of {name}. Brief: {brief}", FILE_LIMIT)
