"""`@Castroom who is Maya?`: answered for all to see only where all may see it. `@Castroom Maya: ...` starts a round,
in threads too, where commands do not work."""

import re
from collections import OrderedDict
from functools import partial

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.brief import Brief
from bot.domain.command import parse_brief
from bot.domain.errors import AlreadyCasting, BriefError, SlackUnavailable
from bot.usecases.casting import Casting
from handlers.presenters.faces import FacePresenter
from handlers.slack.error_replies import ignore, reply_with_errors
from handlers.slack.locations import RoundLocations
from handlers.slack.markup import resolve_voters
from handlers.slack.payloads import MentionEvent, Payload, mention_from
from handlers.slack.responder import post_ephemeral, post_message, send_dm
from handlers.text import receipts
from handlers.views import private
from handlers.views.builder import View

log = structlog.get_logger()

_QUESTION = re.compile(r"(?:who\s+is|who['’]s|who\s+plays|show(?:\s+me|\s+us)?|recall)\s+", re.IGNORECASE)
_BRIEF_LINE = re.compile(r"[^:：]{1,200}(:\s|：)\s*\S")
_MAX_SEEN_EVENTS = 1_000


class MentionListeners:
    """Listens to mentions; one that Slack delivers twice is answered once."""

    def __init__(self, casting: Casting, locations: RoundLocations) -> None:
        self._recall = casting.recall
        self._start_round = casting.start_round
        self._shortest_voting = casting.shortest_voting
        self._locations = locations
        self._face_presenter = FacePresenter(casting, locations)
        self._seen_events: OrderedDict[tuple[str, str], None] = OrderedDict()

    def listen(self, app: AsyncApp) -> None:
        app.event("app_mention")(self.on_mention)

    async def on_mention(self, body: Payload, client: AsyncWebClient) -> None:
        async with reply_with_errors(ignore):
            mention = mention_from(body)
            if self._is_first_delivery((mention.place.team, mention.event_id)):
                async with reply_with_errors(partial(_reply_privately, mention, client)):
                    await self._answer(mention, client)

    async def _answer(self, mention: MentionEvent, client: AsyncWebClient) -> None:
        if line := brief_line(mention.text):
            await self._open_round(line, mention, client)
            return
        if not (name := asked_name(mention.text)):
            await _reply_privately(mention, client, private.help_view())
            return
        found = await self._recall.recall(name, mention.person, mention.place)
        if view := await self._face_presenter.for_channel(found, mention.person, mention.place, client):
            await post_message(view, mention.place, client, thread_ts=mention.thread_ts)
        else:
            private_view = await self._face_presenter.for_user(found, mention.person, mention.place, client)
            await _reply_privately(mention, client, private_view)

    async def _open_round(self, line: str, mention: MentionEvent, client: AsyncWebClient) -> None:
        """The round goes to the channel; a thread it was asked for in is told where it is. One event opens one."""
        place, idempotency_key = mention.place, f"mention:{mention.event_id}"
        try:
            brief, source_thread_ts = resolve_voters(self._brief(line), mention.mentions, line), mention.thread_ts or ""
            started = await self._start_round.start(
                brief, place, mention.person, idempotency_key, source_thread_ts=source_thread_ts
            )
        except BriefError as error:
            error.line = error.line or line
            await _reply_privately(mention, client, private.bad_line(error, receipts.BOT_MENTION))
        except AlreadyCasting as conflict:
            link = (await self._locations.for_round(conflict.round_id, client)).link
            await _reply_privately(mention, client, private.already_casting(conflict, link))
        else:
            await self._start_round.enqueue(started.round.id)

    def _brief(self, line: str) -> Brief:
        """The brief in a line; raises BriefError, also for a picture: a form wants a press to be opened by."""
        brief = parse_brief(line, self._shortest_voting)
        if brief.reference and brief.reference.needs_photo:
            raise BriefError("like", "needs_form", line=line)
        return brief

    def _is_first_delivery(self, event_key: tuple[str, str]) -> bool:
        if event_key in self._seen_events:
            return False
        self._seen_events[event_key] = None
        if len(self._seen_events) > _MAX_SEEN_EVENTS:
            self._seen_events.popitem(last=False)
        return True


def brief_line(text: str) -> str:
    """The line of a brief: a name, a colon, and what follows after a space; empty for whatever else is said.

    A question is none, nor is an address, which has a colon too.
    """
    return text if _BRIEF_LINE.match(text) and not _QUESTION.match(text) else ""


def asked_name(text: str) -> str:
    """The name in `who is Maya?`, or the whole text; empty when only the bot was named or help was asked for."""
    stripped = text.strip()
    question = _QUESTION.match(stripped)
    name = stripped[question.end() if question else 0 :].strip().rstrip("?？.!").strip()
    return "" if name.casefold() == "help" else name


async def _reply_privately(mention: MentionEvent, client: AsyncWebClient, view: View) -> None:
    """Where even a private answer is refused, the person's own messages say how to ask, and nothing of the answer."""
    try:
        await post_ephemeral(view, mention.place, mention.person, client, thread_ts=mention.thread_ts)
    except SlackUnavailable as error:
        log.warning("ephemeral_failed", what=error.operation)
        await send_dm(mention.person, private.note(receipts.cannot_answer_here(mention.place.channel)), client)
