"""States of a delivery."""

from definitions.labelled import Labelled


class State(Labelled):
    """The state of a delivery. `dropped`: no longer true when it was due; `missed`: its time passed before it
    could be sent; `held`: the office's own template or setting, or a fault of ours, lets it not be written: it waits, and is
    sent by itself once that is mended."""

    PENDING = "pending", "送信待ち"
    SENDING = "sending", "送信中"
    SENT = "sent", "送信済"
    FAILED = "failed", "送信できず"
    MISSED = "missed", "時機を逸した"
    DROPPED = "dropped", "送信不要"
    HELD = "held", "修正待ち"


NOT_SENT = (State.FAILED, State.MISSED, State.HELD)
"""The states that a person has to see: what should have been sent, and was not."""
