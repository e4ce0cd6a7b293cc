"""Sources, their runs, and the history of every change. Knows nothing of what the listings are."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

RUN_STATES = ("applied", "unchanged", "held", "failed", "undone")
DEEDS = ("added", "changed", "retired", "restored", "merged", "unmerged", "decided")


class Source(models.Model):
    """Where listings come from: an address or a file, remembered so that it can be asked again."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=80, unique=True)
    address = models.TextField(help_text="URL, or the path of a file or folder")
    format = models.CharField(max_length=40, default="auto")
    fellowship = models.CharField(
        max_length=40, blank=True, help_text="pack id for rows that name none"
    )
    time_zone = models.CharField(max_length=64, blank=True)
    country = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=8, default="en")
    # Of two copies of a meeting, the one from the source with the lower number rules, unless one carries the other.
    rank = models.PositiveSmallIntegerField(default=100)
    etag = models.TextField(blank=True)
    last_modified = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True, help_text="of the bytes last applied")
    rows_digest = models.CharField(
        max_length=64, blank=True, help_text="of the rows last applied, however they were written"
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    refreshed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="source_has_name"),
            models.CheckConstraint(condition=~Q(address=""), name="source_has_address"),
        ]

    def __str__(self) -> str:
        return self.name


class ImportRun(models.Model):
    """One reading of a source: what it found, what it could not read, what it changed."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE)
    who = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    state = models.CharField(max_length=12)
    format = models.CharField(max_length=40, blank=True)
    counts = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    reason = models.TextField(blank=True, help_text="why it is held or failed, for a person")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RUN_STATES), name="run_state_is_known"),
            models.CheckConstraint(
                condition=Q(finished_at__gte=models.F("started_at")), name="run_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["source", "-id"], name="run_by_source")]

    def __str__(self) -> str:
        return f"run {self.pk} of {self.source_id}"


class Change(models.Model):
    """One thing that happened to one listing: who or which run, when, from what to what."""

    run = models.ForeignKey(ImportRun, null=True, on_delete=models.CASCADE)
    who = models.CharField(max_length=80)
    at = models.DateTimeField()
    kind = models.CharField(max_length=40, help_text="what is listed: meeting")
    object_key = models.CharField(max_length=200)
    deed = models.CharField(max_length=12)
    # {field: [before, after]}; a field that was not there before, or is not after, has null.
    fields = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(deed__in=DEEDS), name="change_deed_is_known"),
        ]
        indexes = [models.Index(fields=["kind", "object_key", "-id"], name="change_by_object")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_key} {self.deed}"
