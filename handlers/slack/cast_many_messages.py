"""The progress message of a list of characters."""

from bot.domain.cast_many import ManyList
from bot.domain.service_errors import SlackRejected
from handlers.slack.api_errors import slack_call
from handlers.slack.clients import Clients
from handlers.slack.responder import message_id, post_message
from handlers.slack.updated_messages import update_if_present
from handlers.views.builder import fit
from handlers.views.cast_many import progress

_DELETED = "duplicate_message_not_found"


class CastManyMessages:
    """Writer of these messages; `client_msg_id` makes the first post idempotent."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def show(self, many: ManyList) -> str:
        """Post the message, or update it; a message that someone deleted stays deleted. Raises SlackUnavailable."""
        view, place = fit(progress(many)), many.place
        if many.message_ts:
            with slack_call("chat.update"):
                await update_if_present(self._clients, place, many.message_ts, view)
            return many.message_ts
        client = await self._clients.for_team(place.team)
        try:
            return (await post_message(view, place, client, client_msg_id=message_id(place.team, many.id))).ts
        except SlackRejected as error:
            if error.code != _DELETED:
                raise
            return ""
