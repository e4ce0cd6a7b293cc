"""What was understood, said back: one chip a thing, with the question as it is without it."""

from __future__ import annotations

import msgspec

from openchair.directory.asking import meanings
from openchair.directory.asking.clock_words import KM_PER_MILE, ClockMatch
from openchair.directory.asking.question import Item, Kind, Question
from openchair.directory.asking.timing import clock_bounds, says_evening


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was understood: the words as typed, what they mean, and the question without
    them.

    `value` is the filter value or name behind the meaning ("concept:women", "tonight", "aa").
    """

    text: str
    means: str
    kind: Kind
    value: str
    q_without: str
    is_negative: bool = False


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What a meaning depends on beside its own words. `radius` is in kilometres, with the unit it
    is said in."""

    language: str
    radius: tuple[float, str] | None
    is_evening: bool | None
    is_late_night: bool
    has_point: bool


def say_back(
    items: list[Item],
    question: Question,
    *,
    language: str,
    radius: tuple[float, str] | None,
    is_late_night: bool,
    has_point: bool,
) -> tuple[Understood, ...]:
    """Return what the items mean, in order; what was said twice, or a place with its distance, as
    one."""
    context = Context(
        language=language,
        radius=radius,
        is_evening=_evening_of(items),
        is_late_night=is_late_night,
        has_point=has_point,
    )
    return tuple(_understood(group, question, context) for group in _grouped(items))


def _evening_of(items: list[Item]) -> bool | None:
    parts = [item.values[0] for item in items if item.kind == "part"]
    dates = [item.values[0] for item in items if item.kind == "date"]
    return says_evening(parts, dates)


def _grouped(items: list[Item]) -> list[list[Item]]:
    """Return the items that one chip stands for, together."""
    has_near = any(item.kind == "near" for item in items)
    groups: list[list[Item]] = []
    for item in (each for each in items if each.kind != "nothing"):
        same = (g for g in groups if _says_the_same(g[0], item, has_near=has_near))
        group = next(same, None)
        if group is None:
            groups.append([item])
        else:
            group.append(item)
    return groups


def _understood(group: list[Item], question: Question, context: Context) -> Understood:
    shown = next((item for item in group if item.kind == "near"), group[0])
    return Understood(
        text=" ".join(_typed(item, question) for item in group),
        means=_means(shown, context),
        kind=shown.kind,
        value=_value(shown),
        q_without=_without(group, question),
        is_negative=shown.is_negative,
    )


def say_km(radius_km: float, unit: str, *, language: str) -> str:
    """Return a distance that is known in kilometres in `unit`."""
    amount = radius_km / KM_PER_MILE if unit == "mi" else radius_km
    return meanings.say_distance(amount, unit, language=language)


def _says_the_same(first: Item, second: Item, *, has_near: bool) -> bool:
    """Whether one chip stands for both: words said twice, or a place and the distance from it."""
    spatial = {"near", "radius"}
    if has_near and first.kind in spatial and second.kind in spatial:
        return True
    if first is second:
        return True
    return first.kind == second.kind and (first.values, first.is_negative, first.clock) == (
        second.values,
        second.is_negative,
        second.clock,
    )


def _typed(item: Item, question: Question) -> str:
    tokens = question.tokens
    return question.text[tokens[item.first].start : tokens[item.last - 1].end]


def _value(item: Item) -> str:
    if item.place is not None:
        return item.label
    if item.clock is not None:
        return f"{item.clock.amount:g} {item.clock.unit}".strip() if item.clock.amount else ""
    return " ".join(item.values)


def _without(items: list[Item], question: Question) -> str:
    """Return the question without the words of `items`."""
    text, tokens = question.text, question.tokens
    for item in sorted(items, key=lambda each: -each.first):
        text = f"{text[: tokens[item.first].start]} {text[tokens[item.last - 1].end :]}"
    return " ".join(text.split()).strip(" ,;.:-–—")


def _means(item: Item, context: Context) -> str:
    if item.kind in {"near", "radius", "near_me"}:
        return _means_where(item, context)
    if item.clock is not None:
        return _means_hour(item.clock, context)
    if context.is_late_night and item.values == ("tonight",):
        return meanings.sentence("tonight_late", language=context.language)
    text = _means_value(item, context.language)
    if item.is_negative:
        return meanings.sentence("not", text, language=context.language)
    return text


def _means_value(item: Item, language: str) -> str:
    value = item.values[0]
    if item.kind == "type":
        names = [meanings.name_type(each, language=language) for each in item.values]
        return meanings.join_choices(names, language=language)
    if item.kind == "fellowship":
        return meanings.name_fellowship(value, language=language)
    if item.kind == "language":
        return meanings.name_language(value, language=language)
    if item.kind == "day":
        return meanings.name_days(tuple(map(int, value)), language=language)
    if item.kind == "soon":
        span = meanings.say_span(int(value), language=language)
        return meanings.sentence("soon", span, language=language)
    return meanings.sentence(value, language=language)


def _means_where(item: Item, context: Context) -> str:
    language = context.language
    if item.kind == "near_me":
        return meanings.sentence(
            "near_point" if context.has_point else "near_me", language=language
        )
    if context.radius is None:
        return item.label
    distance = say_km(*context.radius, language=language)
    if item.place is not None:
        return meanings.sentence("within", distance, item.label, language=language)
    key = "within_point" if context.has_point else "within_where"
    return meanings.sentence(key, distance, language=language)


def _means_hour(match: ClockMatch, context: Context) -> str:
    language = context.language
    if match.kind == "soon":
        span = meanings.say_span(int(match.amount), language=language)
        return meanings.sentence("soon", span, language=language)
    bounds = clock_bounds(match, is_evening=context.is_evening)
    hours = [meanings.say_hour(minutes, language=language) for minutes in bounds]
    return meanings.sentence(match.kind, *hours, language=language)
