"""What is stored of sealed writing: bytes, a kind, a day, and who may fetch it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Exists, OuterRef, Q

from openchair.people.models import Account, Block


class DocumentRows(models.QuerySet["Document"]):
    """Documents by who may fetch or write them."""

    def visible_to(self, account: Account) -> DocumentRows:
        """Return what `account` owns or was given, now or up to some version.

        Between two people of whom one blocked the other nothing is visible: to the reader it looks erased.
        """
        given = Exists(Grant.objects.filter(document=OuterRef("pk"), account=account))
        return self.filter(Q(owner=account) | (given & ~_is_blocked(account, owner="owner")))

    def editable_by(self, account: Account) -> DocumentRows:
        """Return what `account` may write: their own."""
        return self.filter(owner=account)


class Document(models.Model):
    """A sealed document. Its id is made in the browser; `version` is the newest stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="documents")
    kind = models.SlugField(max_length=40)
    version = models.PositiveIntegerField(default=0)
    day = models.DateField()

    objects = DocumentRows.as_manager()

    class Meta:
        constraints = [
            # Two devices that make the index at once must meet in one: the second is told to read the first.
            models.UniqueConstraint(
                fields=["owner"], condition=Q(kind="index"), name="one_index_a_member"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class VersionRows(models.QuerySet["Version"]):
    """Versions by who may fetch them."""

    def visible_to(self, account: Account) -> VersionRows:
        """Return the versions of own documents, and of others' those within a grant and past no block."""
        blocked = _is_blocked(account, owner="document__owner")
        return self.filter(Q(document__owner=account) | (_is_granted(account) & ~blocked))

    def given_to(self, account: Account) -> VersionRows:
        """Return others' versions within a grant, blocks or not: who blocks somebody may still report them."""
        return self.filter(_is_granted(account))


class Version(models.Model):
    """One version of a document: an age file. Never changed, never overwritten."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()
    # log2 of the stored size, rounded up: what the browser's padding lets anybody see anyway.
    size_class = models.PositiveSmallIntegerField()
    day = models.DateField()
    # The browser's name for one save: the same save sent twice is one version.
    save_key = models.UUIDField()

    objects = VersionRows.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="one_row_a_version"),
            models.UniqueConstraint(fields=["document", "save_key"], name="one_version_a_save"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} version {self.number}"


class Grant(models.Model):
    """A reader of a document, from one version on; after withdrawal up to `until_version`."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="grants")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="grants")
    from_version = models.PositiveIntegerField()
    until_version = models.PositiveIntegerField(null=True)
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document", "account"],
                condition=Q(until_version__isnull=True),
                name="one_open_grant_a_reader",
            ),
        ]

    def __str__(self) -> str:
        return f"grant {self.pk}"


class SealedGroupRows(models.QuerySet["SealedGroup"]):
    """Groups by who is, or was, in them."""

    def visible_to(self, account: Account) -> SealedGroupRows:
        """Return the groups that `account` is or was a member of."""
        return self.filter(members__account=account).distinct()


class SealedGroup(models.Model):
    """People who share a key. What they are called lies inside their documents."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")
    epoch = models.PositiveIntegerField(default=1)
    day = models.DateField()

    objects = SealedGroupRows.as_manager()

    def __str__(self) -> str:
        return str(self.id)


class GroupMember(models.Model):
    """A member of a sealed group, from one key on; gone after `until_epoch`."""

    group = models.ForeignKey(SealedGroup, on_delete=models.CASCADE, related_name="members")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="group_members")
    from_epoch = models.PositiveIntegerField()
    until_epoch = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "account"],
                condition=Q(until_epoch__isnull=True),
                name="one_membership_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"member {self.pk}"


class GroupKey(models.Model):
    """A key of a group: a new one whenever somebody leaves."""

    group = models.ForeignKey(SealedGroup, on_delete=models.CASCADE, related_name="keys")
    epoch = models.PositiveIntegerField()
    public_key = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "epoch"], name="one_key_an_epoch"),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} key {self.epoch}"


class GroupKeyWrapping(models.Model):
    """A group's key, sealed to one member."""

    key = models.ForeignKey(GroupKey, on_delete=models.CASCADE, related_name="wrappings")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="group_wrappings")
    sealed = models.BinaryField(max_length=64 * 1024)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "account"], name="one_wrapping_a_member"),
        ]

    def __str__(self) -> str:
        return f"group key wrapping {self.pk}"


def _is_granted(account: Account) -> Exists:
    """Return the condition on versions that lie within a grant to `account`."""
    until = Q(until_version__isnull=True) | Q(until_version__gte=OuterRef("number"))
    return Exists(
        Grant.objects.filter(
            until,
            document=OuterRef("document"),
            account=account,
            from_version__lte=OuterRef("number"),
        )
    )


def _is_blocked(account: Account, *, owner: str) -> Exists:
    """Return the condition that `account` and the row's `owner` have a block between them, either way."""
    return Exists(
        Block.objects.filter(
            Q(blocker=account, blocked=OuterRef(owner))
            | Q(blocked=account, blocker=OuterRef(owner))
        )
    )
