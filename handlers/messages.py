"""Messages about a round: its own in the channel, posted once; remarks in its thread; a word to its lead."""

from uuid import NAMESPACE_OID, uuid5

from bot.errors import SlackRejected, SlackUnavailable
from bot.round import Round
from handlers.asking import best_effort, send_view, slack_call
from handlers.blocks.fit import fit
from handlers.blocks.view import View
from handlers.clients import Clients

_MAX_ATTEMPTS = 3
_DELETED = "duplicate_message_not_found"


class Messages:
    """Writes messages, each under a name of its own, so that a repetition finds what stands there already.

    Slack answers a `client_msg_id` it has seen with the first message, or with `duplicate_message_not_found` once that
    is deleted (docs.slack.dev, errors of "chat.postMessage"; the argument itself is not described there).
    """

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def post(self, round_: Round, view: View) -> str:
        """Post the round's message in place of the one it has, if any; its address. Raises Unreachable."""
        for attempt in range(_MAX_ATTEMPTS):
            try:
                return await self._post(round_, view, f"{round_.message_ts or ''}:{attempt}")
            except SlackRejected as error:
                if error.code != _DELETED:
                    raise
        raise SlackRejected("chat.postMessage", _DELETED)

    async def update(self, round_: Round, view: View) -> None:
        """Draw the round's message, exactly so; raises what slack_sdk raises."""
        await self._clients.for_team(round_.place.team).chat_update(
            channel=round_.place.channel, ts=round_.message_ts or "", text=view.text, blocks=view.blocks
        )

    async def reply(self, round_: Round, text: str) -> None:
        """One line in the round's thread; what Slack refuses for good is logged."""
        with best_effort("chat.postMessage"):
            await self._clients.for_team(round_.place.team).chat_postMessage(
                channel=round_.place.channel, thread_ts=round_.message_ts, text=text
            )

    async def link_from_thread(self, round_: Round, text: str) -> None:
        """One line, once, in the thread that the round was asked for in; what Slack refuses for good is logged."""
        with best_effort("chat.postMessage"):
            await self._clients.for_team(round_.place.team).chat_postMessage(
                channel=round_.place.channel,
                thread_ts=round_.source_thread_ts,
                text=text,
                client_msg_id=_client_msg_id(round_, "source_thread"),
                unfurl_links=False,
                unfurl_media=False,
            )

    async def permalink(self, round_: Round) -> str:
        """The address of the round's message; empty where Slack does not tell it."""
        try:
            with slack_call("chat.getPermalink"):
                response = await self._clients.for_team(round_.place.team).chat_getPermalink(
                    channel=round_.place.channel, message_ts=round_.message_ts or ""
                )
        except SlackUnavailable:
            return ""
        return str(response["permalink"])

    async def notify_lead(self, round_: Round, view: View, notice: str) -> None:
        """`view` in the lead's own messages, once for each `what`; what Slack refuses for good is logged.

        A person's id in the place of a channel means their conversation with the bot (docs.slack.dev).
        """

        async def send(sent: View) -> None:
            await self._clients.for_team(round_.place.team).chat_postMessage(
                channel=round_.lead, text=sent.text, blocks=sent.blocks, client_msg_id=_client_msg_id(round_, notice)
            )

        with best_effort("chat.postMessage"):
            await send_view(send, fit(view))

    async def _post(self, round_: Round, view: View, attempt: str) -> str:
        async def send(sent: View) -> str:
            response = await self._clients.for_team(round_.place.team).chat_postMessage(
                channel=round_.place.channel,
                text=sent.text,
                blocks=sent.blocks,
                metadata={"event_type": "castroom_round", "event_payload": {"round": round_.id}},
                client_msg_id=_client_msg_id(round_, attempt),
                unfurl_links=False,
                unfurl_media=False,
            )
            return str(response["ts"])

        with slack_call("chat.postMessage"):
            return (await send_view(send, fit(view)))[0]


def _client_msg_id(round_: Round, purpose: str) -> str:
    return str(uuid5(NAMESPACE_OID, f"castroom:{round_.place.team}:{round_.id}:{purpose}"))
