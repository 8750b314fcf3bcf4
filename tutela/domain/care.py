"""Why somebody looks at media that was looked at before, and how they like it shown."""

from enum import StrEnum


class AgainReason(StrEnum):
    """Why media is looked at once more; it costs the same, and is counted apart."""

    #: The link was opened and nothing came, or too little to see.
    NOT_LOADED = "not_loaded"
    #: What was decided about it does not answer the question of this case.
    OTHER_QUESTION = "other_question"
    #: Someone else looks at what was decided.
    SECOND_LOOK = "second_look"
    #: A referral to an authority asks for what only the media shows.
    REFERRAL = "referral"


class MediaKind(StrEnum):
    """By what a browser shows it; the house never sees the media, so a person says which."""

    #: A still picture.
    PICTURE = "picture"
    #: A film or a sound, muted until its viewer turns it on.
    FILM = "film"
