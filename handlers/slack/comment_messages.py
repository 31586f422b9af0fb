"""The message in a round's thread that collects the comments on its candidates."""

from bot.domain.round import Round
from bot.ports.comments import CommentMessage, CommentRepository
from handlers.slack.api_errors import best_effort, slack_call
from handlers.slack.clients import Clients
from handlers.slack.responder import post_message
from handlers.slack.updated_messages import digest_of, update_if_present
from handlers.views.builder import View, fit
from handlers.views.comments import collected


class CommentMessages:
    """Writer of these messages: one for each round, updated when a comment changed. A refusal is only logged."""

    def __init__(self, clients: Clients, comments: CommentRepository) -> None:
        self._clients = clients
        self._comments = comments

    async def publish(self, round_: Round) -> None:
        """Show the comments that may be shown now, unless the message shows them already."""
        if not round_.comments_visible or not round_.message_ts:
            return
        comments = await self._comments.list_for_round(round_.id)
        message = await self._comments.get_message(round_.id)
        if not comments and message is None:
            return
        shown = fit(collected(round_, comments))
        if message and message.digest == digest_of(shown):
            return
        with best_effort("chat.postMessage"), slack_call("chat.postMessage"):
            message_ts = await self._send(round_, shown, message.message_ts if message else "")
            await self._comments.set_message(round_.id, CommentMessage(message_ts, digest_of(shown)))

    async def _send(self, round_: Round, shown: View, message_ts: str) -> str:
        """Update the message, or post it where there is none or someone deleted it; return its timestamp."""
        if message_ts and await update_if_present(self._clients, round_.place, message_ts, shown):
            return message_ts
        client = await self._clients.for_team(round_.place.team)
        return (await post_message(shown, round_.place, client, thread_ts=round_.message_ts)).ts
