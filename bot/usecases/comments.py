"""Comments on candidates while people vote: collected in the thread, offered for the next brief and variation."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.comment import Comment, parse_comment
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.usecases.ports import UseCase


@dataclass(frozen=True)
class CommentForm:
    """The form of one person: the round, and their comments so far by slot id."""

    round: Round
    own: Mapping[str, str]


@dataclass(frozen=True)
class CommentResult:
    """What a submitted comment changed; an empty `text` was a deletion."""

    round: Round
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Comments(UseCase):
    """Takes comments from everyone in the channel; they are no votes."""

    async def form(self, round_id: str, person: str) -> CommentForm:
        """Return the person's form; raises RoundClosed once the vote is over."""
        round_ = await self.storage.rounds.get(round_id)
        round_.require_state(RoundState.VOTING, action="comment")
        stored = await self.storage.comments.list_for_round(round_id)
        return CommentForm(round_, {c.slot_id: c.text for c in stored if c.person == person})

    async def comment(self, round_id: str, person: str, slot_id: str, raw: str) -> CommentResult:
        """Replace the person's comment on a candidate, or delete it with an empty text.

        Raises BriefError for the text, RoundClosed once the vote is over, KeyError for a candidate of another round.
        """
        round_ = await self.storage.rounds.get(round_id)
        round_.require_state(RoundState.VOTING, action="comment")
        number = round_.candidate_by_slot(slot_id).number or 0
        text = parse_comment(raw)
        await self.storage.comments.save(Comment(round_id, slot_id, person, text, self.ports.now_us()))
        self.ports.publisher.schedule_redraw(round_id)
        return CommentResult(round_, number, text)

    async def visible(self, round_: Round) -> tuple[Comment, ...]:
        """Return the comments that may be shown now, oldest first; none before a sealed ballot closes."""
        if not round_.comments_visible:
            return ()
        return tuple(await self.storage.comments.list_for_round(round_.id))
