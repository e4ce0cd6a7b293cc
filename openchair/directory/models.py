"""Service bodies, regions, venues, groups and meetings, and what people said about them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from openchair.sources.models import Source

ATTENDANCES = ("in_person", "online", "hybrid", "inactive")
PRECISIONS = ("", "exact", "street", "postal", "city", "manual")
MEETING_STATES = ("in_print", "unpublished", "retired", "merged", "copy")
# Out of print for itself, so that it can't stand for another.
GONE = ("unpublished", "retired")


def _within(field: str, least: float, most: float) -> Q:
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": least, f"{field}__lte": most})


class Region(models.Model):
    """A place that meetings are looked for in: a state, a city, a quarter. A tree; `path` is its slugs from the root."""

    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE)
    name = models.CharField(max_length=160)
    path = models.CharField(max_length=300, unique=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(path=""), name="region_has_path")]

    def __str__(self) -> str:
        return self.path


class ServiceBody(models.Model):
    """An area, region, intergroup or zone that serves groups, as a source gives it."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE)
    source_key = models.CharField(max_length=200)
    parent = models.ForeignKey("self", null=True, on_delete=models.SET_NULL)
    name = models.CharField(max_length=255)
    kind = models.TextField(blank=True)
    description = models.TextField(blank=True)
    url = models.TextField(blank=True)
    helpline = models.TextField(blank=True)
    world_id = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "source_key"], name="body_once_in_source"),
        ]

    def __str__(self) -> str:
        return self.name


class Venue(models.Model):
    """Where people sit: a building with its address. Meetings at one address of a source share it."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE)
    digest = models.CharField(max_length=40, help_text="of everything below")
    name = models.TextField(blank=True)
    address = models.TextField(blank=True)
    city = models.TextField(blank=True)
    state = models.TextField(blank=True)
    postal_code = models.TextField(blank=True)
    country = models.CharField(max_length=2, blank=True)
    formatted_address = models.TextField(blank=True)
    notes = models.TextField(blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    precision = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "digest"], name="venue_once_in_source"),
            models.CheckConstraint(condition=_within("latitude", -90, 90), name="venue_latitude"),
            models.CheckConstraint(
                condition=_within("longitude", -180, 180), name="venue_longitude"
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="venue_point_is_whole",
            ),
            models.CheckConstraint(condition=Q(precision__in=PRECISIONS), name="venue_precision"),
        ]

    def __str__(self) -> str:
        return self.name or self.address or self.city

    @property
    def is_approximate(self) -> bool:
        """Whether the point is a postal code's or a city's rather than the door's."""
        return self.precision in {"postal", "city"}


class Group(models.Model):
    """A group: the people who hold one or more meetings. `contacts` are for the office alone and never published."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE)
    key = models.CharField(max_length=200)
    name = models.CharField(max_length=255)
    notes = models.TextField(blank=True)
    district = models.TextField(blank=True)
    sub_district = models.TextField(blank=True)
    website = models.TextField(blank=True)
    website_2 = models.TextField(blank=True)
    email = models.TextField(blank=True)
    phone = models.TextField(blank=True)
    mailing_address = models.TextField(blank=True)
    venmo = models.TextField(blank=True)
    paypal = models.TextField(blank=True)
    square = models.TextField(blank=True)
    homegroup_online = models.TextField(blank=True)
    contacts = models.JSONField(default=list)
    last_contact = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="group_once_in_source"),
        ]

    def __str__(self) -> str:
        return self.name


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def in_print(self) -> MeetingQuerySet:
        """Return the meetings that the public may see."""
        return self.filter(state="in_print")


class Meeting(models.Model):
    """One slot: a weekday and a time in its own zone, or by appointment.

    `facts` is the listing as its source gives it, `decided` the fields that a person decided; every other column is
    derived from the two (deriving.py), so that nothing but those two needs undoing.
    """

    id = models.CharField(primary_key=True, max_length=16)
    slug = models.SlugField(max_length=80, unique=True)
    source = models.ForeignKey(Source, on_delete=models.CASCADE)
    source_key = models.CharField(max_length=200)
    facts = models.JSONField()
    decided = models.JSONField(default=dict)
    state = models.CharField(max_length=12, default="in_print")
    merged_into = models.ForeignKey("self", null=True, on_delete=models.SET_NULL)
    carried_from = models.ForeignKey(
        Source, null=True, on_delete=models.SET_NULL, related_name="carried_meeting_set"
    )

    fellowship = models.CharField(max_length=40)
    name = models.CharField(max_length=255)
    day = models.PositiveSmallIntegerField(null=True)
    start_time = models.TimeField(null=True)
    duration_minutes = models.PositiveSmallIntegerField(null=True)
    time_zone = models.CharField(max_length=64, blank=True)
    rule = models.CharField(max_length=200, blank=True)
    rule_anchor = models.DateField(null=True)
    rule_hint = models.CharField(max_length=200, blank=True)
    rule_evidence = models.TextField(blank=True)
    attendance = models.CharField(max_length=12)
    types = models.JSONField(default=list)
    languages = models.JSONField(default=list)
    notes = models.TextField(blank=True)
    conference_url = models.TextField(blank=True)
    conference_url_notes = models.TextField(blank=True)
    conference_phone = models.TextField(blank=True)
    conference_phone_notes = models.TextField(blank=True)
    source_url = models.TextField(blank=True)
    source_updated_at = models.DateTimeField(null=True)

    venue = models.ForeignKey(Venue, null=True, on_delete=models.PROTECT)
    group = models.ForeignKey(Group, null=True, on_delete=models.PROTECT)
    region = models.ForeignKey(Region, null=True, on_delete=models.PROTECT)
    body = models.ForeignKey(ServiceBody, null=True, on_delete=models.SET_NULL)

    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "source_key"], name="meeting_once_in_source"),
            models.CheckConstraint(condition=_within("day", 0, 6), name="meeting_day"),
            models.CheckConstraint(
                condition=Q(day__isnull=True, start_time__isnull=True)
                | Q(day__isnull=False, start_time__isnull=False),
                name="meeting_day_with_time",
            ),
            models.CheckConstraint(
                condition=_within("duration_minutes", 1, 1440), name="meeting_duration"
            ),
            models.CheckConstraint(
                condition=Q(attendance__in=ATTENDANCES), name="meeting_attendance"
            ),
            models.CheckConstraint(condition=Q(state__in=MEETING_STATES), name="meeting_state"),
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")), name="meeting_not_into_itself"
            ),
            models.CheckConstraint(
                condition=~Q(state="retired") | Q(retired_at__isnull=False),
                name="meeting_retired_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(start_time__isnull=True) | ~Q(time_zone=""),
                name="meeting_time_has_zone",
            ),
        ]
        indexes = [models.Index(fields=["state"], name="meeting_by_state")]

    def __str__(self) -> str:
        return self.slug

    def is_in_print(self) -> bool:
        """Return whether the public may see it."""
        return self.state == "in_print"


class MeetingException(models.Model):
    """One date on which a meeting is not held, or is held at another time. Dates and times are the meeting's own."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE)
    date = models.DateField()
    moved_to_date = models.DateField(null=True)
    moved_to_time = models.TimeField(null=True)
    note = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "date"], name="exception_once_a_date"),
            models.CheckConstraint(
                condition=Q(moved_to_date__isnull=True, moved_to_time__isnull=True)
                | Q(moved_to_date__isnull=False, moved_to_time__isnull=False),
                name="exception_moved_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.date}"

    @property
    def is_cancelled(self) -> bool:
        """Whether the meeting is simply not held on that date."""
        return self.moved_to_date is None


class InactivePeriod(models.Model):
    """Weeks in which a meeting is not held: a summer, a renovation. `last_date` None: until further notice."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE)
    first_date = models.DateField()
    last_date = models.DateField(null=True)
    note = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_date__isnull=True) | Q(last_date__gte=F("first_date")),
                name="inactive_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.first_date}–{self.last_date or ''}"


class RuleProposal(models.Model):
    """A rule read from notes (“1st Sun only”), for a person to accept or refuse."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE)
    rule = models.CharField(max_length=200)
    evidence = models.TextField()
    state = models.CharField(max_length=10, default="proposed")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "rule"], name="proposal_once"),
            models.CheckConstraint(
                condition=Q(state__in=("proposed", "accepted", "refused")), name="proposal_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.rule}"


class ChangeReport(models.Model):
    """What a visitor told the web servant is wrong. The day is kept, not the hour: it says less about who wrote."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE)
    text = models.TextField()
    reply_to = models.CharField(max_length=200, blank=True)
    reported_on = models.DateField()
    state = models.CharField(max_length=6, default="open")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="report_says_something"),
            models.CheckConstraint(condition=Q(state__in=("open", "done")), name="report_state"),
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"


class DuplicatePair(models.Model):
    """Two meetings of different sources that look like one. `first` has the smaller id."""

    first = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=255)
    state = models.CharField(max_length=10, default="open")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="pair_in_order"),
            models.CheckConstraint(condition=_within("score", 0, 100), name="pair_score"),
            models.CheckConstraint(
                condition=Q(state__in=("open", "merged", "kept_apart")), name="pair_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} = {self.second_id}"
