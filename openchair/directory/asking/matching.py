"""One pass over the words from the left: at each, the longest thing that starts there wins; then
what belongs together."""

from __future__ import annotations

import msgspec

from openchair.directory.asking.phrases import clock_item, longest_phrase, negated, phrase_item
from openchair.directory.asking.places import bare_place, marked_place
from openchair.directory.asking.question import Item, Question
from openchair.directory.asking.vocabulary import vocabulary

_TIMES = frozenset(["day", "date", "part", "soon", "after", "before", "at", "between"])


def read_items(question: Question) -> list[Item]:
    """Return everything that is understood, in order."""
    items: list[Item] = []
    position = 0
    has_place = False
    while position < len(question.words):
        previous = items[-1] if items and items[-1].last == position else None
        item = _read_at(question, position, previous, looks_for_places=not has_place)
        if item is None:
            position += 1
            continue
        has_place = has_place or item.place is not None
        items.append(item)
        position = item.last
    return items


def _read_at(
    question: Question, position: int, previous: Item | None, *, looks_for_places: bool
) -> Item | None:
    phrase = longest_phrase(question.words, position)
    known = _longer(phrase_item(phrase, position), clock_item(question, position))
    if looks_for_places and question.gazetteer is not None:
        place = marked_place(question, position, previous) or bare_place(question, position, known)
        known = _longer(known, place)
    return known or negated(question, position)


def _longer(first: Item | None, second: Item | None) -> Item | None:
    """Return the one that reads more words, the first of two equals."""
    if first is None or second is None:
        return first or second
    return second if second.last > first.last else first


def without_parts_of_names(items: list[Item], question: Question) -> list[Item]:
    """Return the items without those that, beside unknown words, are part of a name: "Nouvelle
    Vie", "Open Door"."""
    small = vocabulary().small
    while True:
        read = {at for item in items for at in range(item.first, item.last)}
        unknown = {
            at
            for at, word in enumerate(question.words)
            if at not in read and word not in small.stop and word not in small.alternatives
        }
        kept = [
            item
            for number, item in enumerate(items)
            if not (_is_part_of_name(item, unknown) or _is_word_rather_than_day(items, number))
        ]
        if len(kept) == len(items):
            return items
        items = kept


def _is_part_of_name(item: Item, unknown: set[int]) -> bool:
    small = vocabulary().small
    if item.is_negative or not item.words:
        return False
    if item.words in small.shy:
        return item.first - 1 in unknown or item.last in unknown
    return item.words in small.shy_before and item.last in unknown


def _is_word_rather_than_day(items: list[Item], number: int) -> bool:
    """Whether a short word is a day only among times, and stands beside none: "mer" is also the
    sea, "vie" life."""
    item = items[number]
    if item.kind != "day" or item.words not in vocabulary().small.shy:
        return False
    beside = [*items[max(number - 1, 0) : number], *items[number + 1 : number + 2]]
    return len(items) > 1 and not any(
        other.kind in _TIMES and max(other.first - item.last, item.first - other.last) <= 1
        for other in beside
    )


def join_alternatives(items: list[Item], question: Question) -> list[Item]:
    """Return the items with "women or LGBTQ" and "monday to friday" as one. Other kinds are
    alternatives anyway."""
    joined: list[Item] = []
    for item in items:
        values = _joined_values(joined[-1], item, question) if joined else ()
        if values:
            joined[-1] = msgspec.structs.replace(joined[-1], last=item.last, values=values)
        else:
            joined.append(item)
    return joined


def _joined_values(first: Item, second: Item, question: Question) -> tuple[str, ...]:
    """Return the values of two items that are one choice or one range, () when they are not."""
    if first.kind != second.kind or first.is_negative or second.is_negative:
        return ()
    between = question.words[first.last : second.first]
    small = vocabulary().small
    if first.kind == "type":
        is_choice = len(between) == 1 and between[0] in small.alternatives
        return (*first.values, *second.values) if is_choice else ()
    if first.kind != "day" or len(first.values[0]) + len(second.values[0]) != 2:
        return ()
    gap = question.text[question.tokens[first.last - 1].end : question.tokens[second.first].start]
    if gap.strip() in {"-", "–", "—"} or (len(between) == 1 and between[0] in small.ranges):
        return (_days_through(int(first.values[0]), int(second.values[0])),)
    return ()


def _days_through(first: int, last: int) -> str:
    """Return the days of the week from `first` to `last`, around the weekend where need be."""
    return "".join(str((first + step) % 7) for step in range((last - first) % 7 + 1))


def one_place(items: list[Item]) -> list[Item]:
    """Return at most one near: with a second place no meeting could be near both."""
    kept: list[Item] = []
    for item in items:
        if item.kind in {"near", "radius", "near_me"} and any(k.kind == item.kind for k in kept):
            continue
        kept.append(item)
    return kept
