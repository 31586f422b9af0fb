"""Mentions: `@Castroom who is Maya?` recalls a face, `@Castroom Maya: ...` starts a round, also from a thread."""

import re
from dataclasses import dataclass
from functools import partial
from uuid import NAMESPACE_OID, uuid5

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.brief import Brief
from bot.domain.command import parse_brief
from bot.domain.command_hints import meant_command
from bot.domain.errors import AlreadyCasting, BriefError
from bot.domain.names import drop_invisible, normalize_name
from bot.domain.service_errors import SlackUnavailable
from bot.usecases.recall import RecallResult
from handlers.presenters.faces import FacePresenter
from handlers.slack.answered_messages import AnsweredMentions
from handlers.slack.directory import SlackDirectory
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.listeners import Listeners, event_listener
from handlers.slack.locations import RoundLocations
from handlers.slack.markup import resolve_voters
from handlers.slack.payloads.parsers import mention_from
from handlers.slack.payloads.values import MentionEvent
from handlers.slack.responder import post_ephemeral, post_message, send_dm
from handlers.text import receipts
from handlers.views import private
from handlers.views.builder import View
from handlers.views.recall import unclear_line

log = structlog.get_logger()

_QUESTION = re.compile(r"(?:who\s+is|who\W?s|who\s+plays|show(?:\s+me|\s+us)?|recall)\s+", re.IGNORECASE)
# What people say to a bot that they do not know yet. Other short texts with a capital letter are names.
_GREETINGS = frozenset(
    {"hello", "hi", "hey", "hallo", "hola", "hei", "moin", "good", "thanks", "thank", "ping", "test"}
)
_MOST_WORDS_OF_A_NAME = 3
_BRIEF_LINE = re.compile(r"[^:：]{1,200}(:\s|：)\s*\S")


@dataclass(frozen=True)
class MentionListeners(Listeners):
    """Listeners for mentions; a second delivery or an edit of a message gets no second answer.

    Only an edit after a private answer, such as an error, is answered again.
    """

    faces: FacePresenter
    locations: RoundLocations
    directory: SlackDirectory
    answered: AnsweredMentions

    def listen(self, app: AsyncApp) -> None:
        app.event("app_mention")(event_listener(mention_from, self.on_mention))

    async def on_mention(self, mention: MentionEvent, client: AsyncWebClient) -> None:
        async with self.answered.claim(mention) as claim:
            if not claim.is_new:
                return
            if await self._is_bot(mention):
                await self._tell_bot(mention, client)
                claim.is_final = True
                return
            # Slack can deliver the event long after the message: nothing private goes to the conversation then.
            async with reply_with_errors(lambda view: send_dm(mention.person, view, client)):
                await self.guard.require_member(mention.person, mention.place)
                async with reply_with_errors(partial(_reply_privately, mention, client)):
                    claim.is_final = await self._answer(mention, client)

    async def _answer(self, mention: MentionEvent, client: AsyncWebClient) -> bool:
        """Answer; return whether the answer is final, so that an edit of the message changes nothing."""
        if line := requested_line(mention):
            return await self._open_round(line, mention, client)
        if not (name := asked_name(mention.text)):
            await _reply_privately(mention, client, private.help_view())
            return False
        found = await self.casting.recall.recall(name, mention.person, mention.place)
        if view_without_face := unanswered(mention.text, name, found):
            await _reply_privately(mention, client, view_without_face)
            return False
        if view := await self.faces.for_channel(found, mention.person, mention.place):
            message_id = _client_msg_id(mention.place.team, f"{mention.person}:{mention.message_ts}")
            await self.faces.post(
                found, view, mention.place, client, thread_ts=mention.thread_ts, client_msg_id=message_id
            )
            return True
        private_view = await self.faces.for_user(found, mention.person, mention.place)
        await _reply_privately(mention, client, private_view)
        return found.kind == "face"

    async def _is_bot(self, mention: MentionEvent) -> bool:
        """Return whether a bot or a workflow wrote the message; permissions check a user whom Slack does not name."""
        if mention.is_bot:
            return True
        try:
            user = await self.directory.get_user(mention.place.team, mention.person)
        except SlackUnavailable:
            return False
        return not user.is_human and not user.is_unknown

    async def _tell_bot(self, mention: MentionEvent, client: AsyncWebClient) -> None:
        """Say once in a channel that this bot gets no answers; Slack knows the message by its `client_msg_id`."""
        if await self.answered.is_first_of_bot(mention):
            message_id = _client_msg_id(mention.place.team, f"{mention.place.channel}:bot:{mention.person}")
            thread_ts = mention.thread_ts or mention.message_ts
            view = private.note(receipts.PEOPLE_ONLY)
            await post_message(view, mention.place, client, thread_ts=thread_ts, client_msg_id=message_id)

    async def _open_round(self, line: str, mention: MentionEvent, client: AsyncWebClient) -> bool:
        """Start a round in the channel, linked from the thread of the mention; each message starts one at most."""
        place, idempotency_key = mention.place, f"mention:{mention.person}:{mention.message_ts}"
        if await self.casting.start_round.get_started(place, idempotency_key):
            return True
        try:
            brief, source_thread_ts = resolve_voters(self._brief(line), mention.mentions, line), mention.thread_ts or ""
            started = await self.casting.start_round.start(
                brief, place, mention.person, idempotency_key, source_thread_ts=source_thread_ts
            )
        except BriefError as error:
            error.line = error.line or line
            await _reply_privately(mention, client, private.bad_line(error, receipts.BOT_MENTION))
        except AlreadyCasting as conflict:
            link = (await self.locations.for_round(conflict.round_id)).link if conflict.round_id else ""
            await _reply_privately(mention, client, private.already_casting(conflict, link))
        else:
            await self.casting.start_round.enqueue(started.round.id)
            return True
        return False

    def _brief(self, line: str) -> Brief:
        """Parse a brief; raises BriefError, also where it needs a photo: a mention has no trigger to open a form."""
        brief = parse_brief(line, self.casting.shortest_voting)
        if brief.reference and brief.reference.needs_photo:
            raise BriefError("like", "needs_form", line=line)
        return brief


def requested_line(mention: MentionEvent) -> str:
    """Return the brief that the message asks for, with the words of a shared message after its own; "" without one.

    A shared message is the brief of a message that has no words of its own, or only a name with a colon.
    """
    text, attached = mention.text.strip(), mention.attached.strip()
    if not attached:
        return brief_line(text)
    if text and not text.endswith((":", "：")) and not brief_line(text):
        return ""
    return brief_line(f"{text} {attached}".strip())


def unanswered(text: str, name: str, found: RecallResult) -> View | None:
    """Answer a text that names no character and is no question: with the nearest command, or with help."""
    words = name.split()
    is_name = name[:1].isupper() and len(words) <= _MOST_WORDS_OF_A_NAME and words[0].casefold() not in _GREETINGS
    if _QUESTION.match(text.strip()) or (is_name and not meant_command(name)):
        return None
    if found.kind == "nothing" and meant_command(name) in ("", "help"):
        return private.help_view()
    return unclear_line(found, name)


def brief_line(text: str) -> str:
    """Return the text if it is a brief: a name, a colon, a space and more. Return "" for questions and addresses."""
    return text if _BRIEF_LINE.match(text) and not _QUESTION.match(text) else ""


def asked_name(text: str) -> str:
    """Return the name in `who is Maya?`, or the whole text; empty for a bare mention or `help`."""
    stripped = drop_invisible(text).strip()
    question = _QUESTION.match(stripped)
    name = stripped[question.end() if question else 0 :].strip().rstrip("?？.!").strip()
    return "" if normalize_name(name) in ("", "help", "-h", "--help", "-help") else name


def _client_msg_id(team: str, purpose: str) -> str:
    return str(uuid5(NAMESPACE_OID, f"castroom:mention:{team}:{purpose}"))


async def _reply_privately(mention: MentionEvent, client: AsyncWebClient, view: View) -> None:
    """Answer in the conversation; where Slack refuses, send a direct message that says how to ask instead."""
    try:
        await post_ephemeral(view, mention.place, mention.person, client, thread_ts=mention.thread_ts)
    except SlackUnavailable as error:
        log.warning("ephemeral_failed", what=error.operation)
        await send_dm(mention.person, private.note(receipts.cannot_answer_here(mention.place.channel)), client)
