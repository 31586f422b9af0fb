"""The choice of a channel for a round from the home tab."""

TITLE = "Cast a face"
INTRO = "The round takes place in a channel: its members see the portraits and vote."
CHANNEL = "Channel"
PLACEHOLDER = "Choose a channel"
NEXT = "Next"
