"""Minutes of a meeting: who speaks in them."""

from definitions.labelled import Labelled


class Speaker(Labelled):
    """In what part somebody speaks at a meeting."""

    CHAIR = "chair", "会長（進行）"
    MEMBER = "member", "委員"
    GUEST = "guest", "説明者・関係者"
    SECRETARIAT = "secretariat", "事務局"
