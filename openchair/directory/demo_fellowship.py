"""An invented fellowship to look at: a few hundred meetings in several cities, the same ones on every machine.

Every name, door and number is made up; streets are common names that many towns have. It comes in like any other
source, so that what is seen is what an import does.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import msgspec

SEED = 20260101
PER_CITY = 34


class City(msgspec.Struct, frozen=True):
    """A place of the demo: its name, state, postal codes, country, zone, middle in degrees, and language."""

    name: str
    state: str
    postal_codes: tuple[str, ...]
    country: str
    zone: str
    latitude: float
    longitude: float
    language: str = "en"


CITIES = (
    City(
        "Cambridge",
        "MA",
        ("02138", "02139", "02140", "02141"),
        "US",
        "America/New_York",
        42.373,
        -71.110,
    ),
    City(
        "Brooklyn",
        "NY",
        ("11201", "11215", "11217", "11238"),
        "US",
        "America/New_York",
        40.678,
        -73.968,
    ),
    City(
        "Seattle",
        "WA",
        ("98101", "98103", "98107", "98122"),
        "US",
        "America/Los_Angeles",
        47.615,
        -122.330,
    ),
    City(
        "Chicago",
        "IL",
        ("60608", "60614", "60622", "60647"),
        "US",
        "America/Chicago",
        41.900,
        -87.660,
    ),
    City("Austin", "TX", ("78702", "78704", "78751"), "US", "America/Chicago", 30.270, -97.740),
    City("Leeds", "", ("LS1 4AP", "LS6 2AB", "LS8 1NT"), "GB", "Europe/London", 53.800, -1.549),
    City(
        "Ciudad de México",
        "CDMX",
        ("06700", "03100", "04100"),
        "MX",
        "America/Mexico_City",
        19.410,
        -99.165,
        "es",
    ),
    City("Montréal", "QC", ("H2X", "H2J", "H3A"), "CA", "America/Toronto", 45.515, -73.570, "fr"),
)

_NAMES = {
    "en": ("Keep It Simple", "Just for Today", "The Early Risers", "Lunch Bunch", "Candles and Coffee", "Back to Basics",
           "Side Door", "Open Chair", "First Things First", "Sunrise", "The Long Table", "Steady On", "Welcome Home", "Second Wind",
           "Fresh Start", "Quiet Corner", "Harbour Lights", "Bridge Builders", "Women of Courage", "Sisters in Recovery", "Men’s Step Group",
           "Young and Free", "Rainbow Room", "Beginners’ Hour", "Night Owls", "Friday Speakers", "Step Eleven", "The Bookshelf"),
    "es": ("Un Día a la Vez", "Nuevo Amanecer", "La Puerta Abierta", "Primer Paso", "Mujeres con Esperanza", "Luz y Café", "Serenidad", "Volver a Empezar"),
    "fr": ("Un jour à la fois", "Le Nouveau Départ", "La Porte ouverte", "Le Premier Pas", "Femmes en chemin", "Lumière douce", "Midi tranquille", "Ensemble"),
}  # fmt: skip
_VENUES = {
    "en": ("St Mark’s Hall", "Community Center", "Old Library", "Unity House", "Friends’ Meeting House", "First Church", "Recovery Café", "Maple Street Club"),
    "es": ("Casa de la Comunidad", "Parroquia San José", "Centro Vecinal", "Biblioteca Vieja"),
    "fr": ("Centre communautaire", "Sous-sol de l’église", "Maison du quartier", "Vieille bibliothèque"),
}  # fmt: skip
_STREETS = {
    "en": ("Elm Street", "Pearl Street", "Main Street", "Church Street", "Park Avenue", "River Road", "Union Street", "Mill Lane"),
    "es": ("Calle Hidalgo", "Calle Morelos", "Avenida Juárez", "Calle Reforma"),
    "fr": ("rue Saint-Denis", "rue Laurier", "avenue du Parc", "rue Rachel"),
}  # fmt: skip
_DOORS = {
    "en": ("Side door by the bike racks.", "Ring twice, then come up.", "Down the stairs on the left.", "Ramp on the east side.", ""),
    "es": ("Entrada por el patio.", "Toque el timbre.", ""),
    "fr": ("Entrée par la cour.", "Sonnez, puis montez.", ""),
}  # fmt: skip
_FELLOWSHIPS = ("aa", "aa", "aa", "aa", "na", "na", "na", "ca", "ha", "secular")
# Codes of each fellowship for what the demo shows: access, kind and who it is for.
_TYPES = {
    "aa": (("O", "C"), ("D", "SP", "ST", "B", "BE", "11", "MED", "CAN"), ("W", "M", "Y", "LGBTQ"), ("X", "BA", "ASL")),
    "na": (("O", "C"), ("DISC", "SPK", "STEP", "BT", "BEG", "JFT", "MED", "CAN"), ("W", "M", "Y", "GL"), ("X", "CW")),
    "ca": (("O", "C"), ("D", "SP", "ST", "B", "BE", "MED", "CAN"), ("W", "M", "Y", "LGBTQ"), ("X", "BA")),
    "ha": (("O", "C"), ("LIT", "STEP", "MED", "CAN"), ("W", "M"), ("X",)),
    "secular": (("O", "C"), ("D", "SP", "MED", "BE"), ("W", "LGBTQ"), ("X",)),
}  # fmt: skip
# Evenings above all, then noon and early mornings, as real lists have it.
_TIMES = (
    "19:00",
    "19:00",
    "19:30",
    "18:00",
    "18:30",
    "20:00",
    "20:00",
    "12:00",
    "12:15",
    "07:00",
    "06:30",
    "10:00",
    "17:30",
    "21:30",
)
_LENGTHS = (60, 60, 60, 75, 90)
_RULES = (
    "FREQ=MONTHLY;BYDAY=1{day},3{day}",
    "FREQ=MONTHLY;BYDAY=2{day}",
    "FREQ=MONTHLY;BYDAY=-1{day}",
)
_DAY_CODES = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_HINTS = {
    "en": "First and third week only.",
    "es": "Solo la primera semana del mes.",
    "fr": "Seulement la première semaine du mois.",
}


def demo_rows() -> list[dict[str, object]]:
    """Return the demo's rows as a Meeting Guide feed would give them."""
    rows = list(_rows(random.Random(SEED)))  # noqa: S311  # an invention that must repeat, not a secret
    return [
        {**row, "slug": f"demo-{number}", "updated": "2026-01-04 12:00:00"}
        for number, row in enumerate(rows, start=1)
    ]


def _rows(chance: random.Random) -> Iterator[dict[str, object]]:
    for city in CITIES:
        for _ in range(PER_CITY):
            yield _in_a_room(city, chance)
    for _ in range(3 * PER_CITY):
        yield _online(chance.choice(CITIES), chance)


def _in_a_room(city: City, chance: random.Random) -> dict[str, object]:
    row = _common(city, chance)
    row |= {
        "location": chance.choice(_VENUES[city.language]),
        "address": f"{chance.randint(2, 240)} {chance.choice(_STREETS[city.language])}",
        "city": city.name,
        "state": city.state,
        "postal_code": chance.choice(city.postal_codes),
        "country": city.country,
        "latitude": round(city.latitude + chance.gauss(0, 0.018), 5),
        "longitude": round(city.longitude + chance.gauss(0, 0.022), 5),
        "approximate": "no",
        "location_notes": chance.choice(_DOORS[city.language]),
        "regions": [part for part in (city.state, city.name) if part],
    }
    kind = chance.random()
    if kind < 0.12:
        row |= _link(chance)
        row["attendance"] = "hybrid"
    elif kind < 0.15:
        row["attendance"] = "inactive"
        row["notes"] = "Closed while the building is repaired."
    else:
        row["attendance"] = "in_person"
    return row


def _online(city: City, chance: random.Random) -> dict[str, object]:
    row = _common(city, chance)
    row |= _link(chance)
    row |= {"attendance": "online", "country": city.country}
    if chance.random() < 0.06:
        row |= {"day": None, "time": None, "end_time": None, "rule": ""}
    return row


def _common(city: City, chance: random.Random) -> dict[str, object]:
    fellowship = chance.choice(_FELLOWSHIPS)
    day = chance.randrange(7)
    start = chance.choice(_TIMES)
    minutes = int(start[:2]) * 60 + int(start[3:]) + chance.choice(_LENGTHS)
    name = chance.choice(_NAMES[city.language])
    row: dict[str, object] = {
        "name": name,
        "group": f"{name} Group" if city.language == "en" else f"{name}",
        "fellowship": fellowship,
        "day": day,
        "time": start,
        "end_time": f"{minutes // 60 % 24:02}:{minutes % 60:02}",
        "timezone": city.zone,
        "types": _types(fellowship, name, chance),
        "languages": [city.language],
    }
    if chance.random() < 0.07:
        row["rule"] = chance.choice(_RULES).format(day=_DAY_CODES[day])
    elif chance.random() < 0.03:
        row["notes"] = _HINTS[city.language]
    return row


def _types(fellowship: str, name: str, chance: random.Random) -> list[str]:
    access, kinds, people, features = _TYPES[fellowship]
    types = [chance.choice(access), chance.choice(kinds)]
    types += [code for code in features if chance.random() < 0.3]
    women = any(word in name for word in ("Women", "Sisters", "Mujeres", "Femmes"))
    if women:
        types.append("W")
    elif "Men’s" in name and "M" in people:
        types.append("M")
    elif chance.random() < 0.12:
        types.append(
            chance.choice([code for code in people if code not in {"W", "M"}] or list(people))
        )
    return types


def _link(chance: random.Random) -> dict[str, object]:
    number = "".join(str(chance.randrange(10)) for _ in range(10))
    # example.org is reserved for examples (RFC 2606): nobody is behind these rooms.
    return {
        "conference_url": f"https://zoom.example.org/j/{number}",
        "conference_url_notes": "Passcode: chair",
        # 555-0100 to 555-0199 are kept for fiction by the North American numbering plan.
        "conference_phone": f"+1617555{chance.randrange(100, 200):04},,{number}#",
    }
