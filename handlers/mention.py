"""`@Castroom who is Maya?`: answered for all to see only where all may see it. `@Castroom Maya: ...` starts a round,
in threads too, where commands do not work."""

import re
from collections import OrderedDict
from functools import partial

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.brief import Brief
from bot.casting import Casting
from bot.errors import AlreadyCasting, BriefError, Unreachable
from handlers.apology import apology, nobody
from handlers.blocks import private
from handlers.blocks.view import View
from handlers.delivery import speak, whisper, write_to
from handlers.payloads import Mentioned, Payload, mention_from
from handlers.showing import Showing
from handlers.sights import Sights
from handlers.voters import with_voters
from handlers.words import answers

log = structlog.get_logger()

_ASKING = re.compile(r"(?:who\s+is|who['’]s|who\s+plays|show(?:\s+me|\s+us)?|recall)\s+", re.IGNORECASE)
_BRIEF = re.compile(r"[^:：]{1,200}(:\s|：)\s*\S")
_REMEMBERED = 1_000


class Mention:
    """Listens to mentions; one that Slack delivers twice is answered once."""

    def __init__(self, casting: Casting, sights: Sights) -> None:
        self._recall = casting.recall
        self._opening = casting.opening
        self._shortest_voting = casting.shortest_voting
        self._sights = sights
        self._showing = Showing(casting, sights)
        self._heard: OrderedDict[tuple[str, str], None] = OrderedDict()

    def listen(self, app: AsyncApp) -> None:
        app.event("app_mention")(self.on_mention)

    async def on_mention(self, body: Payload, client: AsyncWebClient) -> None:
        async with apology(nobody):
            mention = mention_from(body)
            if self._is_news((mention.place.team, mention.event)):
                async with apology(partial(_whisper, mention, client)):
                    await self._answer(mention, client)

    async def _answer(self, mention: Mentioned, client: AsyncWebClient) -> None:
        if brief := briefly(mention.text):
            await self._start(brief, mention, client)
            return
        if not (name := asked_name(mention.text)):
            await _whisper(mention, client, private.help_())
            return
        found = await self._recall.recall(name, mention.person, mention.place)
        if view := await self._showing.for_all(found, mention.person, mention.place, client):
            await speak(view, mention.place, client, thread_ts=mention.thread_ts)
        else:
            alone = await self._showing.for_one(found, mention.person, mention.place, client)
            await _whisper(mention, client, alone)

    async def _start(self, line: str, mention: Mentioned, client: AsyncWebClient) -> None:
        """The round goes to the channel; a thread it was asked for in is told where it is. One event opens one."""
        place, trigger = mention.place, f"mention:{mention.event}"
        try:
            brief, asked_in = with_voters(self._brief(line), mention.people, line), mention.thread_ts or ""
            opened = await self._opening.open_round(brief, place, mention.person, trigger, asked_in=asked_in)
        except BriefError as error:
            error.line = error.line or line
            await _whisper(mention, client, private.bad_line(error, answers.TO_THE_BOT))
        except AlreadyCasting as busy:
            link = (await self._sights.of_round(busy.round_id, client)).link
            await _whisper(mention, client, private.already_casting(busy, link))
        else:
            await self._opening.begin(opened.round.id)

    def _brief(self, line: str) -> Brief:
        """The brief in a line; raises BriefError, also for a picture: a form wants a press to be opened by."""
        brief = Brief.of(line, self._shortest_voting)
        if brief.like and brief.like.wants_photo:
            raise BriefError("like", "needs_form", line=line)
        return brief

    def _is_news(self, event: tuple[str, str]) -> bool:
        if event in self._heard:
            return False
        self._heard[event] = None
        if len(self._heard) > _REMEMBERED:
            self._heard.popitem(last=False)
        return True


def briefly(text: str) -> str:
    """The line of a brief: a name, a colon, and what follows after a space; empty for whatever else is said.

    A question is none, nor is an address, which has a colon too.
    """
    return text if _BRIEF.match(text) and not _ASKING.match(text) else ""


def asked_name(text: str) -> str:
    """The name in `who is Maya?`, or the whole text; empty when only the bot was named or help was asked for."""
    stripped = text.strip()
    asked = _ASKING.match(stripped)
    name = stripped[asked.end() if asked else 0 :].strip().rstrip("?？.!").strip()
    return "" if name.casefold() == "help" else name


async def _whisper(mention: Mentioned, client: AsyncWebClient, view: View) -> None:
    """Where even a private answer is refused, the person's own messages say how to ask, and nothing of the answer."""
    try:
        await whisper(view, mention.place, mention.person, client, thread_ts=mention.thread_ts)
    except Unreachable as error:
        log.warning("not_whispered", what=error.what)
        await write_to(mention.person, private.note(answers.unanswered(mention.place.channel)), client)
