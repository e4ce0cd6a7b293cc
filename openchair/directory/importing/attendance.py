"""Whether a meeting is held in a room, online or both, from the many ways in which sources say so."""

from __future__ import annotations

from openchair.directory.listing import Attendance

IN_PERSON_CODES = frozenset(
    (
        "in person",
        "in-person",
        "in_person",
        "inperson",
        "physical",
        "f2f",
        "face to face",
        "face-to-face",
    )
)
ONLINE_CODES = frozenset(
    ("onl", "vm", "olm", "online", "online meeting", "virtual", "virtual meeting", "video", "audio", "telephone", "phone", "zoom", "zoom meeting",
     "chat", "forum", "email", "e-mail", "skype", "whatsapp", "facebook", "discord", "en linea", "virtuel", "en ligne", "telephone meeting")
)  # fmt: skip
CLOSED_CODES = frozenset(
    (
        "tc",
        "location temporarily closed",
        "temporarily closed",
        "facility temporarily closed",
        "temporarily closed facility",
        "temporary closure",
    )
)
HYBRID_CODES = frozenset(("hy", "hybr", "hybrid", "hybrid meeting", "hibrida", "hybride"))
CODES = IN_PERSON_CODES | ONLINE_CODES | CLOSED_CODES | HYBRID_CODES

_STATED: dict[str, Attendance] = {
    **dict.fromkeys(
        (*IN_PERSON_CODES, "1", "presencial", "en personne", "presentiel", "yes in person"),
        "in_person",
    ),
    **dict.fromkeys((*ONLINE_CODES, "2"), "online"),
    **dict.fromkeys(
        (*HYBRID_CODES, "3", "both", "in person and online", "online and in person"), "hybrid"
    ),
    **dict.fromkeys(
        (*CLOSED_CODES, "inactive", "suspended", "closed", "paused", "inactivo", "inactif"),
        "inactive",
    ),
}


def stated_attendance(*, text: str) -> Attendance | None:
    """Return the attendance that a source states in words or as BMLT's venue type, None when it says nothing known."""
    return _STATED.get(text.lower().replace("_", " ").strip()) or _STATED.get(text.lower().strip())


def attendance_of(
    *,
    stated: Attendance | None,
    codes: frozenset[str],
    has_link: bool,
    has_street: bool,
    is_approximate: bool | None,
) -> Attendance:
    """Return how a meeting is held. `codes` are the folded codes of this module that were among its types.

    A closed room (TC) without a way in from afar makes it inactive, with one online. An online meeting with a street
    that the source does not call approximate is hybrid. An approximate place without a link is inactive: there is no
    door to go to. Source: Meeting Guide's table of attendance, BMLT's venue types.
    """
    is_closed = bool(codes & CLOSED_CODES)
    says_online = bool(codes & ONLINE_CODES)
    if stated is not None:
        if not is_closed or stated == "inactive":
            return stated
        return "online" if stated in ("online", "hybrid") or says_online else "inactive"
    is_online = has_link or says_online or bool(codes & HYBRID_CODES)
    if is_closed:
        return "online" if is_online else "inactive"
    if codes & HYBRID_CODES or (is_online and codes & IN_PERSON_CODES):
        return "hybrid"
    if is_online:
        return "online" if is_approximate or not has_street else "hybrid"
    return "inactive" if is_approximate else "in_person"
