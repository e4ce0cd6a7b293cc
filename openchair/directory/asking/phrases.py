"""What of the vocabulary starts at a word: a phrase, an hour or distance, a refusal ("not women")."""

from __future__ import annotations

import msgspec

from openchair.directory.asking.clock_words import match_clock
from openchair.directory.asking.question import Item, Question
from openchair.directory.asking.vocabulary import Phrase, Words, vocabulary

_NEGATABLE = frozenset(["fellowship", "type", "language", "attendance", "day"])


def longest_phrase(words: Words, position: int) -> Phrase | None:
    """Return the longest phrase of the vocabulary that starts at `position`."""
    for phrase in vocabulary().phrases.get(words[position], ()):
        length = len(phrase.words)
        if length == 1 or words[position : position + length] == phrase.words:
            return phrase
    return None


def phrase_item(phrase: Phrase | None, position: int) -> Item | None:
    """Return `phrase` as it stands at `position`."""
    if phrase is None:
        return None
    return Item(
        first=position,
        last=position + len(phrase.words),
        kind=phrase.kind,
        values=(_filter_value(phrase),),
        words=phrase.words,
    )


def clock_item(question: Question, position: int) -> Item | None:
    """Return the hour, span or distance that starts at `position`."""
    offset = question.offsets[position]
    match = match_clock(joined=question.joined, position=offset, word=question.words[position])
    if match is None:
        return None
    count = question.joined.count(" ", offset, offset + match.end) + 1
    return Item(first=position, last=position + count, kind=match.kind, clock=match)


def negated(question: Question, position: int) -> Item | None:
    """Return what is refused at `position`: "not women", "sin hombres", "sauf en ligne"."""
    small = vocabulary().small
    negative = starting(small.negatives, question.words, position)
    if not negative:
        return None
    start = position + len(negative)
    for at in range(start, min(start + 3, len(question.words))):
        item = phrase_item(longest_phrase(question.words, at), at)
        if item is not None and item.kind in _NEGATABLE:
            return msgspec.structs.replace(item, first=position, is_negative=True)
        if question.words[at] not in small.stop:
            return None
    return None


def starting(phrases: tuple[Words, ...], words: Words, position: int) -> Words:
    """Return the first of `phrases` that stands at `position`, () when none does."""
    for phrase in phrases:
        if words[position : position + len(phrase)] == phrase:
            return phrase
    return ()


def _filter_value(phrase: Phrase) -> str:
    return f"concept:{phrase.value}" if phrase.kind == "type" else phrase.value
