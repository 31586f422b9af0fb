"""All Web API methods of this Slack, by name."""

from playground.slack.web_api.methods import app, blocks, chat, conversations, files, oauth, reactions, users, views

METHODS = (
    app.METHODS
    | blocks.METHODS
    | chat.METHODS
    | conversations.METHODS
    | files.METHODS
    | oauth.METHODS
    | reactions.METHODS
    | users.METHODS
    | views.METHODS
)
