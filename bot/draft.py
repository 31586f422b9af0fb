"""A form as somebody left it, and the brief it comes to; nothing in it has to be right."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.brief import LONGEST, PHOTO, SHORTEST, Brief, Like, Secrecy, Use
from bot.catalogue import Look, Size
from bot.errors import BriefError, CastingError, Unready
from bot.line import OPTIONS
from bot.production import Customs

_QUARTER = timedelta(minutes=15)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class Whose(StrEnum):
    """Whose face the portraits shall keep: nobody's, a cast character's, or the one in an attached picture."""

    NOBODY = "nobody"
    FACE = "face"
    PICTURE = "picture"


@dataclass(frozen=True)
class Draft:
    """What stands in each field. `models` are exact ids, `face` is a character's name, `picture` a file's id.

    `real` tells whether a picture shows a real person (None: nobody has said), `agreed` whether they agreed to its use.
    """

    name: str = ""
    text: str = ""
    look: Look | None = None
    models: tuple[str, ...] = ()
    each: int | None = None
    aspect: str = "3:4"
    size: Size = Size.DRAFT
    like: Whose = Whose.NOBODY
    face: str = ""
    picture: str = ""
    real: bool | None = None
    agreed: bool = False
    until: datetime | None = None
    ballot: Secrecy = Secrecy.QUICK
    voters: tuple[str, ...] = ()
    quorum: int | None = None
    use: Use | None = None
    lead: str = ""

    @classmethod
    def of(cls, customs: Customs, models: tuple[str, ...], text: str, person: str, now: datetime) -> "Draft":
        """The form as it opens: what is usual in a production stands in it, led by whoever opens it."""
        return cls(
            text=text,
            look=customs.look,
            models=models,
            until=_quarter_after(now + customs.open_for),
            ballot=customs.ballot,
            quorum=customs.quorum,
            lead=person,
        )

    def rough(self, now: datetime, shortest: timedelta = SHORTEST) -> Brief:
        """What is being wished for as far as it can be told: for a price, not for a round."""
        named = {Whose.NOBODY: None, Whose.FACE: Like(self.face), Whose.PICTURE: Like(PHOTO)}
        return Brief(
            name=self.name,
            text=self.text,
            models=self.models,
            each=self.each,
            aspect=self.aspect,
            look=self.look,
            open_for=min(max(self.until - now, shortest), LONGEST) if self.until else timedelta(hours=24),
            size=self.size,
            like=named[self.like],
            ballot=self.ballot,
            quorum=self.quorum,
            voters=self.voters,
            use=self.use,
            given=frozenset(OPTIONS),
            until=self.until,
        )

    def brief(self, now: datetime, shortest: timedelta = SHORTEST) -> Brief:
        """The brief; raises Unready with all that is wrong at once."""
        brief, wrong = self.rough(now, shortest), self._gaps(now, shortest)
        wrong |= _refusals(name=lambda: brief.called(self.name), text=lambda: brief.worded(self.text))
        if wrong:
            raise Unready(wrong)
        return replace(brief.called(self.name), text=brief.worded(self.text).text)

    def _gaps(self, now: datetime, shortest: timedelta) -> dict[str, CastingError]:
        """What is missing or does not go together; the texts are another matter."""
        wrong: dict[str, CastingError] = {}
        if self.until is None:
            wrong["until"] = BriefError("until", "missing")
        elif not shortest <= self.until - now <= LONGEST:
            wrong["until"] = BriefError("until", "past" if self.until - now < shortest else "too_far")
        if self.voters and (self.quorum or 0) > len(self.voters):
            wrong["quorum"] = BriefError("quorum", "too_many", f"{self.quorum}", limit=len(self.voters))
        if self.like is Whose.FACE and not self.face:
            wrong["face"] = BriefError("face", "missing")
        if self.like is Whose.PICTURE:
            wrong |= {field: BriefError(field, "missing") for field in self._unsaid()}
        return wrong

    def _unsaid(self) -> list[str]:
        """What of a picture has to be said still."""
        said = {"picture": bool(self.picture), "real": self.real is not None, "agreed": self.agreed or not self.real}
        return [field for field, done in said.items() if not done]


def _refusals(**parts: Callable[[], object]) -> dict[str, CastingError]:
    """What each part has against being read, by its name."""
    found: dict[str, CastingError] = {}
    for field, read in parts.items():
        try:
            read()
        except BriefError as error:
            found[field] = error
    return found


def _quarter_after(at: datetime) -> datetime:
    """The next quarter of an hour: a time that people would have said."""
    return at + (_EPOCH - at) % _QUARTER
