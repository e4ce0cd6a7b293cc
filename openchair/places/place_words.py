"""Read places out of words as people type them: a postal code, a name, a name with its state and country."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from openchair.places.candidates import (
    LARGE_CITY,
    NEAR_COUNTY_KM,
    Named,
    Qualifier,
    fits,
    likeliest,
    point,
)
from openchair.places.distance import distance_km
from openchair.places.naming import fold_place
from openchair.places.place import Place
from openchair.places.postal_codes import is_second_half, known_forms, may_stand_alone

# The longest names of places in words, and of regions and countries after them.
MOST_NAME_WORDS = 7
MOST_QUALIFIER_WORDS = 5
MOST_QUALIFIERS = 2
# What a person puts before a town in an address is longer than this only by mistake.
MOST_SIGNS = 200
# Words of English, Spanish and French that are a region's or a country's code too: "meetings in boston in person".
_CODES_THAT_ARE_WORDS = (
    "al am as at be by ca co de do en es et hi id il in is la le ma mi me mo my na ne no of oh ok"
    " on or pa sa se si so to us va we"
)
CODES_THAT_ARE_WORDS = frozenset(_CODES_THAT_ARE_WORDS.split())
PREPOSITIONS = frozenset(("in", "on", "or"))
LARGE_ENOUGH_FOR_CODE_WORD = 20_000
# "Us" is a village in France, and "North" was once the name of a suburb of Salt Lake City.
LEAST_LONE_LETTERS = 3
LEAST_FOR_OTHER_NAME = 100_000

Meanings = tuple[Qualifier, ...]
Taken = tuple[Place, int]


class Names(Protocol):
    """What reading needs of a gazetteer."""

    def named(self, *, name: str) -> tuple[Named, ...]:
        """Return every place of a name."""

    def qualifiers(self, *, name: str) -> Meanings:
        """Return every country, region and county of a name."""

    def postal(self, *, code: str, country: str = "", prefer: Sequence[str] = ()) -> Place | None:
        """Return the middle of a postal code."""

    def region(self, *, name: str, country: str = "", prefer: Sequence[str] = ()) -> Place | None:
        """Return a region by name or code."""

    def country(self, *, name: str) -> Place | None:
        """Return a country by name or code."""


def read_text(names: Names, *, text: str, prefer: Sequence[str]) -> Place | None:
    """Return the place that the whole of `text` names."""
    segments = [part.strip() for part in text[:MOST_SIGNS].split(",") if part.strip()]
    whole = _read_whole(names, " ".join(segments), prefer)
    if whole or len(segments) < 2:
        return whole
    is_street = any(sign.isdigit() for sign in segments[0])
    if len(segments) == 2 and not is_street:
        return _before_comma(names, segments, prefer)
    # A whole address: what stands before the town is a street, and the town is in the last three parts.
    for start in range(max(1, len(segments) - 3), len(segments)):
        if place := _read_whole(names, " ".join(segments[start:]), prefer):
            return place
    return None


def read_start(
    names: Names, *, words: Sequence[str], prefer: Sequence[str], min_population: int = 0
) -> Taken | None:
    """Return the place that the longest start of `words` names, and how many words it took."""
    postal = _leading_postal(names, words, prefer)
    if postal:
        return postal
    named = _leading_name(names, words, prefer, min_population)
    if named is None:
        return None
    # "Cambridge, MA 02139": the code is the finer of the two.
    after = _leading_postal(names, words[named[1] :], prefer)
    if after and distance_km(*point(after[0]), *point(named[0])) < NEAR_COUNTY_KM:
        return after[0], named[1] + after[1]
    return named


def _read_whole(names: Names, text: str, prefer: Sequence[str]) -> Place | None:
    words = text.split()
    found = read_start(names, words=words, prefer=prefer)
    if found and found[1] == len(words):
        return found[0]
    if len(words) > 2:
        return None
    # Alone in the box, even "E1" or "MA" is a place; among other words it is not.
    return names.postal(code=text, prefer=prefer) or _read_code(names, text, prefer)


def _read_code(names: Names, text: str, prefer: Sequence[str]) -> Place | None:
    region = names.region(name=text, prefer=prefer) if text.isupper() else None
    return region or names.country(name=text)


def _before_comma(names: Names, segments: Sequence[str], prefer: Sequence[str]) -> Place | None:
    """Return the place before the comma, near the city after it or whatever follows: "Hackney, London"."""
    around = _read_whole(names, segments[1], prefer)
    if around and around.kind == "city":
        near = (Qualifier(around.country, near=point(around)),)
        fitting = [each for each in names.named(name=segments[0]) if fits(each, [near])]
        if fitting:
            return likeliest(fitting, prefer)
    return _read_whole(names, segments[0], prefer)


def _leading_postal(names: Names, words: Sequence[str], prefer: Sequence[str]) -> Taken | None:
    heads = [word.strip(".,;:()") for word in words[:2]]
    if len(heads) == 2 and (place := _postal_of_halves(names, heads[0], heads[1], prefer)):
        return place, 2
    if heads and may_stand_alone(text=heads[0]):
        place = names.postal(code=heads[0], prefer=prefer)
        return (place, 1) if place else None
    return None


def _postal_of_halves(names: Names, first: str, second: str, prefer: Sequence[str]) -> Place | None:
    """Return the place of a postal code written in two words: "SW4 9SW", or "111 22" where that is how it is done."""
    if not is_second_half(text=second) or not any(sign.isdigit() for sign in first):
        return None
    code = first + second
    if code.isdigit():
        # "0700 930" is two times of day, except where home writes its codes so.
        place = names.postal(code=code, prefer=prefer)
        return place if place and place.country in prefer else None
    forms = known_forms(text=code)
    # A shorter form tells that both halves together are a code of some country's shape.
    return names.postal(code=code, prefer=prefer) if len(forms) > 1 else None


def _leading_name(
    names: Names, words: Sequence[str], prefer: Sequence[str], min_population: int
) -> Taken | None:
    words = words[: MOST_NAME_WORDS + MOST_QUALIFIERS * MOST_QUALIFIER_WORDS]
    folded = [fold_place(word) for word in words]
    best: Taken | None = None
    for count in range(min(MOST_NAME_WORDS, len(words)), 0, -1):
        # A name does not end in a word without letters: the dash after it is the next reader's.
        found = names.named(name=" ".join(folded[:count])) if folded[count - 1] else ()
        for chain, taken in _chains(names, folded[count:]) if found else ():
            if best and count + taken <= best[1]:
                break
            fitting = [each for each in found if fits(each, chain)]
            if taken:
                fitting = _despite_code_word(fitting, words[count + taken - 1 :])
            else:
                fitting = [
                    each
                    for each in fitting
                    if _may_stand_alone(each, folded[:count], min_population)
                ]
            if fitting:
                best = likeliest(fitting, prefer), count + taken
    return best


def _chains(names: Names, folded: Sequence[str]) -> list[tuple[tuple[Meanings, ...], int]]:
    """Return the ways to read the words after a name as regions and countries, the longest first, none last."""
    chains: list[tuple[tuple[Meanings, ...], int]] = [((), 0)]
    for chain, taken in chains:
        if len(chain) == MOST_QUALIFIERS:
            continue
        for count in range(1, min(MOST_QUALIFIER_WORDS, len(folded) - taken) + 1):
            meanings = names.qualifiers(name=" ".join(folded[taken : taken + count]))
            if meanings and folded[taken + count - 1]:
                chains.append(((*chain, meanings), taken + count))
    return sorted(chains, key=lambda chain: -chain[1])


def _despite_code_word(found: list[Named], words: Sequence[str]) -> list[Named]:
    """Return those of `found` that are meant although the region's code, `words[0]`, is a word too.

    "Portland or" ends with Oregon; "London on Friday" does not lie in Ontario, and "Boston in person" not in Indiana.
    """
    folded = fold_place(words[0])
    if words[0].isupper() or folded not in CODES_THAT_ARE_WORDS:
        return found
    if folded in PREPOSITIONS and len(words) > 1:
        return []
    return [named for named in found if named.place.population >= LARGE_ENOUGH_FOR_CODE_WORD]


def _may_stand_alone(named: Named, folded: Sequence[str], min_population: int) -> bool:
    """Tell whether a name without state or country is enough: not by two letters, nor a byname of a small town."""
    if len("".join(folded)) < LEAST_LONE_LETTERS and named.weight < LARGE_CITY:
        return False
    if named.place.kind != "city":
        return True
    least = LEAST_FOR_OTHER_NAME if named.is_other else 0
    return named.place.population >= max(min_population, least)
