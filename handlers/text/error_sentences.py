"""Sentences of the errors that have one per reason; handlers/text/errors.py fills in the values."""

NOT_AVAILABLE = {
    "not_invited": "I can't post here yet. Invite me with /invite @Castroom and send the line again:",
    "not_invited_message": "I can't post here yet. Invite me with this line and choose the shortcut again:",
    "not_a_channel": "I can't post in this conversation. Send the command in a channel that I am in, or in a direct "
    "message to me:",
    "not_member": "You are no longer in this channel, so nothing was changed.",
    "cast_elsewhere": "This name has a face from a private channel that you are not in, so nothing was started. Ask "
    "someone there to re-cast it, or choose another name.",
    "reported": "This portrait was reported and is hidden until the lead or an administrator decides.",
    "deleted_elsewhere": "This character was also cast in a channel that you are not in, so nothing was deleted. Ask a "
    "workspace administrator.",
    "private": "This face was cast in a private channel and is only shown there.",
    "outsiders": "Other organizations share this conversation, so only faces that were cast in it are shown here.",
    "no_keys": "No key in TOKEN_KEYS opens the secret of this webhook. Delete the webhook and add it again.",
    "unknown": "No face found here. /cast list shows the faces that you can see.",
}

ROUND_STATES = {
    "drawing": "{name} is still being drawn. Voting opens when the portraits are in.",
    "voting": "Voting on {name} is open again.",
    "closed": "Voting on {name} is closed.",
    "locked": "{name} is already cast. `/cast {name}` shows the face.",
    "void": "This round for {name} has ended. Use /cast to start another.",
    "sealed": "The ballot for {name} is sealed. Fill in your ballot from the round's message; close voting before you "
    "lock.",
    "follow_up": "This ballot for {name} compares pictures of faces that were drawn before, so it takes no tags.",
    "question_closed": "This question about {name} takes no more answers. Its counts stay.",
    "not_voted": "Vote on {name} first, or press None of these. Then say what looks artificial.",
    "quick": "The vote on {name} is open: tap a number under the portraits.",
    "run_off": "{name} is in a run-off between the numbers under the portraits. Tap one of those.",
    "no_run_off": "There is no run-off for {name} now. Tap a number under the portraits.",
    "unlocked": "This version of {name} was unlocked already. `/cast history {name}` shows by whom.",
    "superseded": "{name} has a newer face. `/cast {name}` shows it.",
    "full": "This round already has eight candidates, including those being drawn, which is the maximum. "
    "Redraw all or refine the brief to start a new round.",
    "no_varier": "No model with an account here takes a reference image, so variations of {name} are not possible.",
    "votes_sealed": "The ballot for {name} was sealed, so who voted for what stays private.",
    "votes_open": "Voting on {name} is open. Who voted for what is shown after the close.",
    "too_few": "Voting needs at least two portraits.",
    "callback": "Nothing is locked or redrawn from a callback. Lock in the round that it belongs to.",
    "reaudition": "Nothing is locked or redrawn from a re-audition: the face stays as it is.",
    "callback_runs": "A callback of this round is open. One at a time: close or cancel it first.",
    "reaudition_runs": "A re-audition of this face is open. One at a time: close or cancel it first.",
}

CANNOT_DRAW_SHEET = {
    "not_cast": "A character sheet is drawn from a locked face. {name} has none here.",
    "unlocked": "This face of {name} is unlocked, so no more views are drawn from it. Its sheet stays as it is.",
    "withdrawn": "The consent to the photo behind this face was withdrawn, so no more views are drawn from it.",
    "no_model": "No model with an account here takes a reference picture, so none can draw {name} again. Your Castroom "
    "administrator can add a key of Google or OpenAI. Nothing was started.",
    "changed": "The model or its price has changed. Nothing was started; please look at the price again.",
    "nothing": "Choose at least one view.",
    "drawn": "The chosen views are drawn or being drawn already. Use [Draw again] under a view in the thread.",
}

CANNOT_UPSCALE = {
    "not_cast": "This round has no locked face, so there is nothing to finish.",
    "withdrawn": "The person in the photo took their consent back, so this face cannot be finished.",
    "unlocked": "This face was unlocked, so it cannot be finished. `/cast history {name}` says why.",
    "no_way": "{name} is already 4K, or no account here makes it larger: your Castroom administrator can add a Recraft "
    "key.",
    "changed": "The model for finishes and its price have changed. Nothing was started: check the new price.",
}

CAPS = {
    "round": "a round may cost {limit}. Choose fewer models or fewer portraits; "
    "your Castroom administrator can raise the cap.",
    "day": "of today's {limit} there is {left} left. Your Castroom administrator can raise the cap; "
    "the cap resets {resets}.",
    "person_day": "of your {limit} for today there is {left} left. Your Castroom administrator can raise "
    "the cap; the cap resets {resets}.",
    "production_month": "of this production's {limit} for the month there is {left} left. Your Castroom administrator "
    "can raise the cap; the cap resets {resets}.",
    "own_round": "a round of this production may cost {limit}. Choose fewer models or fewer portraits; "
    "`/cast settings` here can raise it.",
    "own_production_month": "of the {limit} a month that this production's settings allow there is {left} left. "
    "`/cast settings` here can raise it; the cap resets {resets}.",
    "token_month": "of this access token's {limit} for the month there is {left} left; the cap resets {resets}.",
    "workspace_month": "of this workspace's {limit} for the month there is {left} left. Your Castroom administrator "
    "can raise the cap; the cap resets {resets}.",
}

PERSON_LIMITS = {
    "open_rounds": "You have {limit} open rounds, which is the most for one person. Lock or cancel one of them first.",
    "forms": "You have opened {limit} forms in 24 hours, which is the most for one person. Try again later.",
    "free_portraits": "You may ask for {limit} free portraits in 24 hours. Try again later, or with fewer portraits.",
}
