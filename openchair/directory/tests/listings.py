"""Hypothesis strategies: listings in normal form, and rows as dirty as the feeds they come from."""

from __future__ import annotations

import string

from hypothesis import strategies as st

from openchair.directory.importing.addresses import door_words
from openchair.directory.importing.recurrence_notes import rule_in
from openchair.directory.listing import Contact, Listing, RawListing
from openchair.lib.text import one_line, plain_text, slug_of

_LETTERS = string.ascii_letters + string.digits + " -'.,éñüß"
_ZONES = (
    "America/New_York",
    "America/Los_Angeles",
    "Europe/London",
    "Asia/Kolkata",
    "Australia/Sydney",
    "America/St_Johns",
    "Pacific/Auckland",
)
_RULES = (
    "",
    "",
    "",
    "FREQ=MONTHLY;BYDAY=1{day},3{day}",
    "FREQ=WEEKLY;INTERVAL=2",
    "FREQ=WEEKLY;BYMONTH=1,2,3,9",
    "FREQ=MONTHLY;BYDAY=-1{day}",
)
_DAY_CODES = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")


def words(*, most: int = 40) -> st.SearchStrategy[str]:
    """Return one line of plain text, trimmed, not empty, in normal form."""
    return (
        st.text(_LETTERS, min_size=1, max_size=most)
        .map(lambda text: one_line(text=text))
        .filter(bool)
    )


def paragraphs() -> st.SearchStrategy[str]:
    """Return plain text of a few lines in normal form, that names no online meeting."""
    return (
        st.lists(words(), max_size=3)
        .map(lambda lines: plain_text(text="\n".join(lines)))
        .filter(lambda text: "oom" not in text)
    )


_handles = st.text(string.ascii_letters + string.digits, min_size=1, max_size=12)
_urls = st.builds(
    "https://{}.example.org/{}".format, st.sampled_from(("www", "us02web", "zoom")), _handles
)
_emails = st.builds("{}@example.org".format, _handles)
_phones = st.sampled_from(("+12025550147", "+442079460018", "+34910555555"))


@st.composite
def _when(draw: st.DrawFn) -> dict[str, object]:
    days = tuple(sorted(draw(st.sets(st.integers(0, 6), max_size=3))))
    if not days:
        return {}
    rule = draw(st.sampled_from(_RULES)).format(day=_DAY_CODES[days[0]]) if len(days) == 1 else ""
    length = draw(st.none() | st.integers(1, 1440))
    return {
        "days": days,
        "start": draw(st.integers(0, 1439)),
        "duration_minutes": length,
        "rule": rule,
    }


@st.composite
def _where(draw: st.DrawFn) -> dict[str, object]:
    street = draw(st.just("") | st.builds("{} {} St".format, st.integers(1, 9999), words(most=12)))
    place: dict[str, object] = {
        "venue_name": draw(
            st.just("")
            | words().filter(
                lambda text: "oom" not in text.lower() and "ing id" not in text.lower()
            )
        ),
        "address": street if door_words(street=street) == (street, "") else "",
        "city": draw(st.sampled_from(("", "Boston", "San José", "New York"))),
        "state": draw(st.sampled_from(("", "MA", "CA", "NY"))),
        "postal_code": draw(st.sampled_from(("", "02139", "10001", "94110-1234"))),
        "country": "US",
        "regions": tuple(draw(st.lists(words(most=20), max_size=3, unique=True))),
    }
    if draw(st.booleans()):
        degrees = {"latitude": st.floats(1, 89), "longitude": st.floats(-179, -1)}
        place |= {key: draw(value) for key, value in degrees.items()} | {
            "precision": draw(st.sampled_from(("", "exact", "street", "postal", "city")))
        }
    return place


@st.composite
def normal_listings(draw: st.DrawFn, *, key: st.SearchStrategy[str] | None = None) -> Listing:
    """Return a listing of Alcoholics Anonymous in normal form: `normalize(as_raw(it))` gives it back."""
    name = draw(words(most=60))
    fields: dict[str, object] = {
        "key": draw(words(most=30) if key is None else key),
        "slug": slug_of(text=name) or "m-0",
        "row": draw(st.integers(1, 10_000)),
        "fellowship": draw(st.sampled_from(("aa", "na", ""))),
        "timezone": draw(st.sampled_from(_ZONES)),
        "attendance": draw(st.sampled_from(("in_person", "online", "hybrid", "inactive"))),
        "types": tuple(sorted(draw(st.sets(st.sampled_from(("C", "M", "MED", "W", "Y", "X")))))),
        "languages": tuple(
            sorted(draw(st.sets(st.sampled_from(("en", "es", "fr", "pl")), min_size=1)))
        ),
        "notes": draw(paragraphs()),
        "group_notes": draw(paragraphs()),
        "venue_notes": draw(paragraphs()),
        "group_name": draw(st.just("") | words()),
        "district": draw(st.just("") | words()),
        "published": draw(st.booleans()),
        "website": draw(st.just("") | _urls),
        "url": draw(st.just("") | _urls),
        "email": draw(st.just("") | _emails),
        "phone": draw(st.just("") | _phones),
        "venmo": draw(st.just("") | st.builds("@{}".format, _handles)),
        "square": draw(st.just("") | st.builds("${}".format, _handles)),
        "paypal": draw(st.just("") | _handles),
        "contacts": tuple(
            draw(
                st.lists(st.builds(Contact, name=words(), email=words(), phone=words()), max_size=2)
            )
        ),
        "conference_url": draw(st.just("") | _urls),
        "conference_url_notes": draw(paragraphs()),
        "conference_phone": draw(
            st.just("") | st.builds("{},,{}#".format, _phones, st.integers(100, 999_999))
        ),
        "feedback_emails": tuple(draw(st.lists(_emails, max_size=2, unique=True))),
        "entity": draw(st.just({}) | st.fixed_dictionaries({"name": words(), "url": _urls})),
        "updated": draw(
            st.just("")
            | st.datetimes().map(
                lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
            )
        ),
        "extra": draw(
            st.dictionaries(st.sampled_from(("x_colour", "append")), words(), max_size=2)
        ),
    }
    listing = Listing(name=name, **fields, **draw(_when()), **draw(_where()))
    return _with_hint(listing)


def _with_hint(listing: Listing) -> Listing:
    """Return the listing with what its own texts say about its weeks, as `normalize` would find it."""
    if listing.fellowship == "":
        # Without a pack, nothing tells which codes there are.
        listing = _replaced(listing, types=())
    if listing.rule or len(listing.days) != 1:
        return listing
    for text in (listing.name, listing.notes, listing.group_notes, listing.venue_notes):
        hint = rule_in(text=text, day=listing.days[0])
        if hint is not None:
            return _replaced(listing, rule_hint=hint.rule, rule_evidence=hint.evidence)
    return listing


def _replaced(listing: Listing, **changes: object) -> Listing:
    values = {key: getattr(listing, key) for key in listing.__struct_fields__}
    return Listing(**values | changes)


_SCRAPS = (
    "Monday", "Thursay", "lunes", "7p", "noon", "19.30", "24:00", "25:99", "O", "[open]", "C, W", "yes", "no", "USA", "UK", "Éire", "US/Eastern", "ET", "UTC-5",
    "https://zoom.us/j/123456789?pwd=x", "zoom.us/j/99", "javascript:alert(1)", "+12125551212,,123456789#,,1234#", "+11", "<b>Bold</b><br>two", "a &amp; b",
    "1st & 3rd Sunday only", "cada dos martes", "12 Main St, upstairs, Boston, MA 02139, USA", "0", "0,0", "91.5", "5/19/2022 3:59:51 PM", "2020-04-0416:50:58",
    "Zoom Link: Click Here\n\nMeeting ID: 341 408 7847\n\nPasscode: secret", "FREQ=MONTHLY;BYDAY=1SU", "FREQ=DAILY", "none", "AA", "OA", "x" * 300,
)  # fmt: skip
_KEYS = (
    "name", "slug", "source_key", "day", "time", "end_time", "duration", "timezone", "types", "languages", "attendance", "approximate", "coordinates", "latitude",
    "longitude", "fellowship", "rule", "published", "open", "notes", "location", "location_notes", "group", "group_notes", "address", "city", "state", "postal_code",
    "country", "formatted_address", "region", "regions", "phone", "email", "website", "venmo", "paypal", "conference_url", "conference_url_notes", "conference_phone",
    "url", "feedback_emails", "feedback_url", "entity", "entity_phone", "updated", "last_contact", "contact_1_name", "contact_x", "unheard_of", "bmlt_formats",
)  # fmt: skip


def dirty_rows() -> st.SearchStrategy[RawListing]:
    """Return rows that hold anything at all under any key."""
    scalars = (
        st.sampled_from(_SCRAPS)
        | st.text(max_size=30)
        | st.integers()
        | st.floats()
        | st.booleans()
        | st.none()
    )
    values = (
        scalars
        | st.lists(scalars, max_size=4)
        | st.dictionaries(
            st.sampled_from(("key", "world_id", "name")), st.text(max_size=8), max_size=3
        )
    )
    fields = st.dictionaries(st.sampled_from(_KEYS), values, max_size=14)
    return st.builds(
        RawListing,
        row=st.integers(1, 9999),
        fields=fields,
        extra=st.dictionaries(st.just("kept"), st.text(max_size=9), max_size=1),
    )
