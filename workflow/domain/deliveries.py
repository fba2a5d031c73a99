"""States of a delivery."""

from definitions.labelled import Labelled


class State(Labelled):
    """The state of a delivery. `dropped`: no longer true when it was due; `missed`: its time passed before it
    could be sent."""

    PENDING = "pending", "送信待ち"
    SENDING = "sending", "送信中"
    SENT = "sent", "送信済"
    FAILED = "failed", "送信できず"
    MISSED = "missed", "時機を逸した"
    DROPPED = "dropped", "送信不要"
