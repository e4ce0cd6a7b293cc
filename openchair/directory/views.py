"""The visitor's pages about meetings. Each works as a plain page; script asks for a part of it (`X-Part: results`)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from openchair.directory import filtering, finding, presenting, reporting, showing
from openchair.directory.exporting.ics import NotScheduled, meeting_calendar
from openchair.directory.forms import ReportForm
from openchair.directory.models import Meeting, MeetingQuerySet
from openchair.lib import clock
from openchair.search.query import Query

STARTING_SOON = 4
NEARBY_KM = 16.0


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    now, language = clock.now(), _language()
    query = Query(none_of=(("attendance", "inactive"),), limit=STARTING_SOON)
    found = finding.ask(query=query, now=now)
    cards = finding.cards_of(found=found, now=now, language=language)
    context = {"cards": cards, "total": found.total, "is_soon": bool(cards and cards[0].until)}
    return render(request, "directory/front.html", context)


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    return _show_results(request, "directory/results.html")


@require_safe
def meetings_map(request: HttpRequest) -> HttpResponse:
    return _show_results(request, "directory/map.html")


@require_safe
def meeting(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(_meetings(), slug=slug)
    if found.state == "merged" and found.merged_into and found.merged_into.is_in_print():
        return redirect("meeting", slug=found.merged_into.slug, permanent=True)
    if not found.is_in_print():
        return _show_gone(request, found)
    now = clock.now()
    context = {
        "meeting": found,
        "details": showing.details(meeting=found, now=now, language=_language()),
        "back": _back_to_search(request),
        "address": _absolute(request, found),
        "is_reported": request.GET.get("told") == "1",
    }
    return render(request, "directory/meeting.html", context)


@require_safe
def meeting_calendar_file(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(_meetings().in_print(), slug=slug)
    try:
        content = meeting_calendar(
            meeting=found, url=_absolute(request, found), now=clock.now()
        )  # fmt: skip
    except NotScheduled:
        return render(request, "directory/no_calendar.html", {"meeting": found}, status=404)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.slug}.ics"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(_meetings().in_print(), slug=slug)
    form = ReportForm(request.POST or None)
    is_enough = is_busy = False
    if request.method == "POST" and form.is_valid():
        try:
            reporting.report_change(
                meeting=found, today=clock.now().date(), **form.cleaned_data
            )  # fmt: skip
            return redirect(f"{reverse('meeting', args=[slug])}?told=1")
        except reporting.EnoughReports:
            is_enough = True
        except reporting.BusyJustNow:
            is_busy = True
    status = 503 if is_busy else 422 if request.method == "POST" and form.errors else 200
    context = {"meeting": found, "form": form, "is_enough": is_enough, "is_busy": is_busy}
    return render(request, "directory/report.html", context, status=status)


def _show_results(request: HttpRequest, template: str) -> HttpResponse:
    now, language = clock.now(), _language()
    try:
        found = finding.find(
            query_string=request.META.get("QUERY_STRING", ""),
            now=now,
            language=language,
            time_zone=request.COOKIES.get("zone", ""),
        )
    except finding.BadParameter as error:
        context = {"error": error, "typed": request.GET.get("q", ""), "chip_list": []}
        return _render(request, template, context, status=400)
    return _render(request, template, _results_context(found, now))


def _results_context(found: finding.Found, now: datetime) -> dict[str, object]:
    language, reading = _language(), found.reading
    pairs = [pair for pair in reading.pairs if pair[0] != "cursor"]
    cursor = found.answer.next_cursor
    is_first = not reading.query.cursor
    return {
        "found": found,
        "typed": reading.parameters.q,
        "question": urlencode(pairs),
        "chip_list": reading.chips,
        "cards": found.cards,
        "total": found.answer.total,
        "searched_text": " ".join(reading.query.words),
        "wants_place": reading.wants_place,
        "choices": filtering.choices(reading=reading, facets=found.answer.facets),
        "orders": filtering.orders(reading=reading),
        "hidden_fields": filtering.hidden_fields(reading=reading),
        "more": urlencode([*pairs, ("cursor", cursor)]) if cursor else "",
        "irregular": finding.irregular(found=found, now=now, language=language)
        if is_first
        else None,
        "offers": finding.offers(found=found, now=now) if not found.answer.total else [],
        "bounds": finding.bounds(found=found),
        "has_streets": _has_streets(),
    }


def _render(
    request: HttpRequest, template: str, context: dict[str, object], status: int = 200
) -> HttpResponse:
    if request.headers.get("X-Part") == "results":
        template = "directory/_results.html"
    response = render(request, template, context, status=status)
    # A part must never be shown as a page out of a cache, nor one visitor's "tonight" to another.
    response["Vary"] = "X-Part, Accept-Language, Cookie"
    response["Cache-Control"] = "private, no-cache"
    return response


def _show_gone(request: HttpRequest, found: Meeting) -> HttpResponse:
    """Say that a meeting is no longer listed, and offer what is near. What was unpublished is not confirmed."""
    if found.state != "retired":
        raise Http404
    now, language = clock.now(), _language()
    venue = found.venue
    near = (
        (venue.latitude, venue.longitude)
        if venue and venue.latitude is not None and venue.longitude is not None
        else None
    )
    query = Query(
        near=near,
        radius_km=NEARBY_KM if near else None,
        none_of=(("attendance", "inactive"),),
        limit=STARTING_SOON,
    )
    cards = finding.cards_of(
        found=finding.ask(query=query, now=now), now=now, language=language
    )  # fmt: skip
    date = presenting.date_words(
        date=(found.retired_at or found.updated_at).date(), language=language, shape="full"
    )
    context = {"meeting": found, "cards": cards, "is_near": bool(near), "gone_since": date}
    return render(request, "directory/gone.html", context, status=410)


def _meetings() -> MeetingQuerySet:
    return Meeting.objects.select_related(
        "venue", "group", "source", "body", "merged_into"
    ).prefetch_related("meetingexception_set", "inactiveperiod_set")


def _back_to_search(request: HttpRequest) -> str:
    """Return the path of the search that led here, "" when it was none of ours."""
    try:
        came_from = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # not an address at all
        return ""
    if came_from.netloc != request.get_host() or came_from.path not in {"/meetings", "/map"}:
        return ""
    return f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path


def _absolute(request: HttpRequest, found: Meeting) -> str:
    path = reverse("meeting", args=[found.slug])
    return f"{settings.SITE_URL}{path}" if settings.SITE_URL else request.build_absolute_uri(path)


def _has_streets() -> bool:
    return (Path(settings.HOME) / "public" / "streets.pmtiles").is_file()


def _language() -> str:
    return (get_language() or settings.LANGUAGE_CODE).partition("-")[0]
