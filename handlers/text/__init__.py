"""Every sentence a person reads, in English, one file per topic.

All of it is Slack's mrkdwn, people's own text made harmless by `text.quiet`; only `labels` and `alt` are plain text.
"""
