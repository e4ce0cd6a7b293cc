"""Saves, shares, withdrawals, blocks and erasures in any order, against a dict that does the same by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from openchair.people.models import Account, Block
from openchair.vault.models import Version
from openchair.vault.tests.people_writing import Person, account, block, sealed

NAMES = ("Bob", "Dora")


@dataclass
class Written:
    """A document by hand: of each version its text and who was given it."""

    texts: list[bytes] = field(default_factory=list)
    given: list[set[str]] = field(default_factory=list)
    keys: dict[UUID, int] = field(default_factory=dict)


class Vault(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.alice = Person(account("Alice"))
        self.people = {name: Person(account(name)) for name in NAMES}
        self.documents: dict[UUID, Written] = {}
        self.blocked: set[str] = set()
        self.count = 0

    def teardown(self):
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @rule(readers=st.sets(st.sampled_from(NAMES)))
    def write(self, readers):
        self._save(uuid4(), 0, readers)

    @precondition(lambda self: self.documents)
    @rule(
        data=st.data(), back=st.integers(0, 2), readers=st.none() | st.sets(st.sampled_from(NAMES))
    )
    def save(self, data, back, readers):
        document = data.draw(st.sampled_from(sorted(self.documents)))
        self._save(document, max(0, len(self.documents[document].texts) - back), readers)

    @precondition(lambda self: self.documents)
    @rule(data=st.data())
    def send_a_save_again(self, data):
        document = data.draw(st.sampled_from(sorted(self.documents)))
        written = self.documents[document]
        key = data.draw(st.sampled_from(sorted(written.keys)))
        number = written.keys[key]

        answer = self.alice.save(document, written.texts[number - 1], read=number - 1, key=key)

        assert answer.json() == {"version": number}

    @precondition(lambda self: self.documents)
    @rule(data=st.data(), back=st.integers(0, 1))
    def erase(self, data, back):
        document = data.draw(st.sampled_from(sorted(self.documents)))
        newest = len(self.documents[document].texts)

        answer = self.alice.erase(document, max(1, newest - back))

        if back and newest > 1:
            assert answer.json()["version"] == newest
        else:
            assert answer.status_code == 200
            del self.documents[document]

    @rule(name=st.sampled_from(NAMES), by_alice=st.booleans())
    def block_or_make_up(self, name, by_alice):
        pair = [self.alice.account, self.people[name].account]
        if name in self.blocked:
            Block.objects.filter(blocker__in=pair, blocked__in=pair).delete()
            self.blocked.remove(name)
        else:
            block(*(pair if by_alice else reversed(pair)))
            self.blocked.add(name)

    @invariant()
    def everybody_sees_what_was_given_to_them(self):
        own = {
            (document, number): text
            for document, written in self.documents.items()
            for number, text in enumerate(written.texts, 1)
        }
        assert seen_by(self.alice.account) == own
        for name, person in self.people.items():
            given = {
                (document, number): text
                for (document, number), text in own.items()
                if name in self.documents[document].given[number - 1] - self.blocked
            }
            assert seen_by(person.account) == given

    def _save(self, document: UUID, read: int, names: set[str] | None) -> None:
        self.count += 1
        written = self.documents.get(document, Written())
        text, key = sealed(str(self.count)), uuid4()
        people = None if names is None else [self.people[name] for name in sorted(names)]

        answer = self.alice.save(document, text, read=read, key=key, readers=people)

        if read != len(written.texts):
            assert answer.json()["error"] == "conflict"
        elif names is not None and names & self.blocked:
            assert answer.json()["error"] == "cannot-share"
        else:
            written.texts.append(text)
            before = written.given[-1] if written.given else set()
            written.given.append(before - self.blocked if names is None else set(names))
            written.keys[key] = len(written.texts)
            self.documents[document] = written
            assert answer.json() == {"version": len(written.texts)}


def seen_by(person: Account) -> dict[tuple[UUID, int], bytes]:
    rows = Version.objects.visible_to(person).values_list("document", "number", "sealed")
    return {(document, number): bytes(text) for document, number, text in rows}


@pytest.mark.django_db
def test_the_vault_and_a_dict_agree_whatever_is_done():
    run_machine(Vault, settings=settings(max_examples=25, stateful_step_count=20))
