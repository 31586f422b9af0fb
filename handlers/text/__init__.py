"""Every sentence that a user reads, one file per topic.

The texts are Slack mrkdwn, with user text escaped by `format.escape_mrkdwn`. Plain text: `labels` and `alt_text`, and
functions that say so.
"""
