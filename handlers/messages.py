"""Messages about a round: its own in the channel, posted once; remarks in its thread; a word to its lead."""

from uuid import NAMESPACE_OID, uuid5

from bot.errors import NotTaken, Unreachable
from bot.round import Round
from handlers.asking import asking, trying, with_pictures
from handlers.blocks.fit import fit
from handlers.blocks.view import View
from handlers.clients import Clients

_POSTINGS = 3
_TAKEN_AWAY = "duplicate_message_not_found"


class Messages:
    """Writes messages, each under a name of its own, so that a repetition finds what stands there already.

    Slack answers a `client_msg_id` it has seen with the first message, or with `duplicate_message_not_found` once that
    is deleted (docs.slack.dev, errors of "chat.postMessage"; the argument itself is not described there).
    """

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def post(self, round_: Round, view: View) -> str:
        """Post the round's message in place of the one it has, if any; its address. Raises Unreachable."""
        for posting in range(_POSTINGS):
            try:
                return await self._post(round_, view, f"{round_.message_ts or ''}:{posting}")
            except NotTaken as error:
                if error.why != _TAKEN_AWAY:
                    raise
        raise NotTaken("chat.postMessage", _TAKEN_AWAY)

    async def update(self, round_: Round, view: View) -> None:
        """Draw the round's message, exactly so; raises what slack_sdk raises."""
        await self._clients.of(round_.place.team).chat_update(
            channel=round_.place.channel, ts=round_.message_ts or "", text=view.text, blocks=view.blocks
        )

    async def reply(self, round_: Round, text: str) -> None:
        """One line in the round's thread; what Slack refuses for good is logged."""
        with trying("chat.postMessage"):
            await self._clients.of(round_.place.team).chat_postMessage(
                channel=round_.place.channel, thread_ts=round_.message_ts, text=text
            )

    async def point(self, round_: Round, text: str) -> None:
        """One line, once, in the thread that the round was asked for in; what Slack refuses for good is logged."""
        with trying("chat.postMessage"):
            await self._clients.of(round_.place.team).chat_postMessage(
                channel=round_.place.channel,
                thread_ts=round_.asked_in,
                text=text,
                client_msg_id=_name(round_, "asked_in"),
                unfurl_links=False,
                unfurl_media=False,
            )

    async def link(self, round_: Round) -> str:
        """The address of the round's message; empty where Slack does not tell it."""
        try:
            with asking("chat.getPermalink"):
                answer = await self._clients.of(round_.place.team).chat_getPermalink(
                    channel=round_.place.channel, message_ts=round_.message_ts or ""
                )
        except Unreachable:
            return ""
        return str(answer["permalink"])

    async def tell_lead(self, round_: Round, view: View, what: str) -> None:
        """`view` in the lead's own messages, once for each `what`; what Slack refuses for good is logged.

        A person's id in the place of a channel means their conversation with the bot (docs.slack.dev).
        """

        async def send(plain: View) -> None:
            await self._clients.of(round_.place.team).chat_postMessage(
                channel=round_.lead, text=plain.text, blocks=plain.blocks, client_msg_id=_name(round_, what)
            )

        with trying("chat.postMessage"):
            await with_pictures(send, fit(view))

    async def _post(self, round_: Round, view: View, posting: str) -> str:
        async def send(plain: View) -> str:
            answer = await self._clients.of(round_.place.team).chat_postMessage(
                channel=round_.place.channel,
                text=plain.text,
                blocks=plain.blocks,
                metadata={"event_type": "castroom_round", "event_payload": {"round": round_.id}},
                client_msg_id=_name(round_, posting),
                unfurl_links=False,
                unfurl_media=False,
            )
            return str(answer["ts"])

        with asking("chat.postMessage"):
            return (await with_pictures(send, fit(view)))[0]


def _name(round_: Round, what: str) -> str:
    return str(uuid5(NAMESPACE_OID, f"castroom:{round_.place.team}:{round_.id}:{what}"))
