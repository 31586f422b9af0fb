"""The progress message of a list of characters."""

from uuid import NAMESPACE_OID, uuid5

from bot.domain.cast_many import ManyList
from bot.domain.service_errors import SlackRejected
from handlers.slack.api_errors import slack_call
from handlers.slack.clients import Clients
from handlers.slack.fallback import send_view
from handlers.views.builder import View, fit
from handlers.views.cast_many import progress

_MISSING_CODES = frozenset({"message_not_found", "cant_update_message", "duplicate_message_not_found"})


class CastManyMessages:
    """Writer of these messages; `client_msg_id` makes the first post idempotent."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def show(self, many: ManyList) -> str:
        """Post the message, or update it; a message that someone deleted stays deleted. Raises SlackUnavailable."""
        client, channel = await self._clients.for_team(many.place.team), many.place.channel

        async def update(sent: View) -> None:
            await client.chat_update(channel=channel, ts=many.message_ts, text=sent.text, blocks=sent.blocks)

        async def post(sent: View) -> str:
            message_id = str(uuid5(NAMESPACE_OID, f"castroom:{many.place.team}:{many.id}"))
            response = await client.chat_postMessage(
                channel=channel, text=sent.text, blocks=sent.blocks, client_msg_id=message_id
            )
            return str(response["ts"])

        view = fit(progress(many))
        try:
            if not many.message_ts:
                with slack_call("chat.postMessage"):
                    return await send_view(post, view)
            with slack_call("chat.update"):
                await send_view(update, view)
        except SlackRejected as error:
            if error.code not in _MISSING_CODES:
                raise
        return many.message_ts
