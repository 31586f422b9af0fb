"""Names of reactions: common standard ones, and Slack's names of skin tones."""

import re

_TONE = re.compile(r"::skin-tone-[2-6]$")

_NAMES = """
one two three four five six seven eight nine zero keycap_ten hash +1 thumbsup -1 thumbsdown ok_hand clap
raised_hands pray muscle wave point_up point_down point_left point_right v crossed_fingers handshake fist eyes eye
ear nose lips brain heart orange_heart yellow_heart green_heart blue_heart purple_heart black_heart white_heart
broken_heart sparkling_heart smile smiley grin grinning joy rofl laughing sweat_smile slightly_smiling_face
upside_down_face wink blush innocent heart_eyes star-struck kissing_heart yum stuck_out_tongue thinking_face
face_with_raised_eyebrow neutral_face expressionless no_mouth smirk unamused face_with_rolling_eyes grimacing
relieved pensive sleepy sleeping mask nerd_face sunglasses confused worried slightly_frowning_face open_mouth
astonished flushed cry sob scream confounded disappointed tired_face rage angry exploding_head skull poop clown_face
ghost robot_face white_check_mark heavy_check_mark ballot_box_with_check x heavy_multiplication_x no_entry
no_entry_sign warning question exclamation bangbang 100 heavy_plus_sign heavy_minus_sign arrow_up arrow_down
arrow_left arrow_right arrows_counterclockwise repeat recycle red_circle large_blue_circle large_green_circle
large_yellow_circle white_circle black_circle star star2 sparkles dizzy boom fire zap sunny cloud rainbow snowflake
ocean droplet tada balloon gift trophy medal first_place_medal second_place_medal third_place_medal crown gem
movie_camera cinema clapper film_frames camera camera_with_flash video_camera art performing_arts microphone
headphones musical_note lock unlock key bell no_bell mag pushpin paperclip scissors pencil memo book calendar
hourglass stopwatch alarm_clock clock1 watch rocket ship anchor boat airplane car house office moneybag dollar bulb
speech_balloon thought_balloon zzz coffee beer wine_glass cake pizza apple rose seedling evergreen_tree dog cat fish
whale octopus crab bird bee bug man woman girl boy older_woman older_man baby busts_in_silhouette
"""
STANDARD = frozenset(_NAMES.split())


def is_known(name: str) -> bool:
    """Return whether Slack accepts the name as a reaction."""
    return _TONE.sub("", name) in STANDARD
