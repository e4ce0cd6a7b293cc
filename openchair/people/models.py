"""What is stored of people. No address, no e-mail, no time of day: a day where a rule needs one."""

from __future__ import annotations

import secrets
import uuid
from typing import Self, TypeVar

from django.db import models


def make_card_token() -> str:
    """Return 128 random bits as text: who does not hold it can't find the card."""
    return secrets.token_urlsafe(16)


class Account(models.Model):
    """A person, as they named themselves. What is stored here opens nothing that they wrote."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The browser's name for one sign-up, so that asking twice makes one account.
    join_key = models.UUIDField(unique=True, default=uuid.uuid4)
    handle = models.CharField(max_length=60, unique=True)
    shown_name = models.CharField(max_length=60)
    salt = models.BinaryField(max_length=16, default=bytes)
    scrypt_log_n = models.PositiveSmallIntegerField(default=17)
    # Argon2id of a value derived from the passphrase; empty without a passphrase.
    auth_hash = models.CharField(max_length=200, blank=True)
    recovery_salt = models.BinaryField(max_length=16, default=bytes)
    recovery_hash = models.CharField(max_length=200, blank=True)
    kit_confirmed_on = models.DateField(null=True)
    public_key = models.CharField(max_length=100)
    card_token = models.CharField(max_length=40, unique=True, default=make_card_token)
    language = models.CharField(max_length=8, blank=True)
    wording = models.CharField(
        max_length=12,
        choices=[("written", "as written"), ("agnostic", "agnostic"), ("own", "own word")],
        default="written",
    )
    higher_power_word = models.CharField(max_length=40, blank=True)
    country = models.CharField(max_length=2, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    day_start_hour = models.PositiveSmallIntegerField(default=0)
    lock_minutes = models.PositiveSmallIntegerField(default=15)
    is_operator = models.BooleanField(default=False)
    is_suspended = models.BooleanField(default=False)
    joined_on = models.DateField()

    def __str__(self) -> str:
        return str(self.id)


Row = TypeVar("Row", bound=models.Model)


class OwnedRows(models.QuerySet[Row]):
    """Rows that belong to one account and to nobody else's eyes."""

    def visible_to(self, account: Account) -> Self:
        """Return the rows of `account`."""
        return self.filter(account=account)


class PastKey(models.Model):
    """A public key that an account had before: what was sealed to it stays readable to its owner."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="past_keys")
    public_key = models.CharField(max_length=100)
    until = models.DateField()

    objects = OwnedRows.as_manager()

    def __str__(self) -> str:
        return f"past key {self.pk}"


class Passkey(models.Model):
    """A passkey of an account: the public half, as WebAuthn gives it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="passkeys")
    credential_id = models.BinaryField(max_length=1023, unique=True)
    public_key = models.BinaryField(max_length=2048)
    sign_count = models.PositiveBigIntegerField(default=0)
    name = models.CharField(max_length=60)
    has_prf = models.BooleanField(default=False)
    added_on = models.DateField()

    objects = OwnedRows.as_manager()

    def __str__(self) -> str:
        return f"passkey {self.id}"


class KeyWrapping(models.Model):
    """The account's identities, sealed for one way of opening them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="wrappings")
    way = models.CharField(
        max_length=12,
        choices=[("passphrase", "passphrase"), ("recovery", "recovery"), ("passkey", "passkey")],
    )
    passkey = models.OneToOneField(
        Passkey, on_delete=models.CASCADE, null=True, related_name="wrapping"
    )
    sealed = models.BinaryField(max_length=64 * 1024)

    objects = OwnedRows.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "way"],
                condition=models.Q(passkey__isnull=True),
                name="one_wrapping_a_way",
            ),
            models.CheckConstraint(
                condition=models.Q(way="passkey", passkey__isnull=False)
                | (~models.Q(way="passkey") & models.Q(passkey__isnull=True)),
                name="a_passkey_wrapping_names_its_passkey",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.way} wrapping {self.id}"


class Session(models.Model):
    """A device that is signed in. Days only: the idle limit counts in days."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sessions")
    # SHA-256 of the cookie: whoever reads this table can't sign in with it.
    key_hash = models.BinaryField(max_length=32, unique=True)
    device_name = models.CharField(max_length=60, blank=True)
    started_on = models.DateField()
    seen_on = models.DateField()
    # Came in by the recovery code: may set a new passphrase without the old one.
    is_recovery = models.BooleanField(default=False)

    objects = OwnedRows.as_manager()

    def __str__(self) -> str:
        return f"session {self.id}"


class Challenge(models.Model):
    """A WebAuthn challenge that was given out and not yet answered. Deleted by its answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=20)
    value = models.BinaryField(max_length=64)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.purpose} challenge {self.id}"


class Alert(models.Model):
    """Something that happened to an account, told inside the app only."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="alerts")
    deed = models.CharField(max_length=40)
    detail = models.CharField(max_length=60, blank=True)
    day = models.DateField()
    seen = models.BooleanField(default=False)

    objects = OwnedRows.as_manager()

    def __str__(self) -> str:
        return f"{self.deed} {self.pk}"


class BlockRows(models.QuerySet["Block"]):
    """Blocks are silent: only who blocked sees one."""

    def visible_to(self, account: Account) -> BlockRows:
        """Return the blocks that `account` made."""
        return self.filter(blocker=account)

    def between(self, one: Account, other: Account) -> BlockRows:
        """Return blocks of either by the other."""
        return self.filter(
            models.Q(blocker=one, blocked=other) | models.Q(blocker=other, blocked=one)
        )


class Block(models.Model):
    """One person wants nothing from another."""

    blocker = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="blocked_by")
    day = models.DateField()

    objects = BlockRows.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="one_block_a_pair"),
            models.CheckConstraint(
                condition=~models.Q(blocker=models.F("blocked")), name="nobody_blocks_themselves"
            ),
        ]

    def __str__(self) -> str:
        return f"block {self.pk}"


class ReportRows(models.QuerySet["Report"]):
    """Reports go to the operator, and to whoever made them."""

    def visible_to(self, account: Account) -> ReportRows:
        """Return every report to an operator, and their own to anybody else."""
        return self.all() if account.is_operator else self.filter(reporter=account)


class Report(models.Model):
    """A sealed document that its reader shows to the operator, by the key of that one file."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reporter = models.ForeignKey(
        Account, on_delete=models.SET_NULL, null=True, related_name="reports"
    )
    about_account = models.ForeignKey(
        Account, on_delete=models.CASCADE, null=True, related_name="reported_in"
    )
    document_id = models.UUIDField(null=True)
    version = models.PositiveIntegerField(default=0)
    # The bytes as stored on the day of the report, so that an erased document can still be judged.
    sealed = models.BinaryField(default=bytes)
    # The 16 bytes that open that one file. Empty when only words were sent.
    file_key = models.BinaryField(max_length=16, default=bytes)
    words = models.TextField(max_length=2000, blank=True)
    state = models.CharField(
        max_length=8, choices=[("open", "open"), ("closed", "closed")], default="open"
    )
    decision = models.CharField(max_length=40, blank=True)
    day = models.DateField()

    objects = ReportRows.as_manager()

    def __str__(self) -> str:
        return f"report {self.id}"
