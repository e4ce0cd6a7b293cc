"""The pages of accounts. Thin: each says in its docstring what its template is given.

Every page of the shell also has site_name, language and request.account (None for a visitor).
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from openchair.lib import clock
from openchair.people import disguise as hiding
from openchair.people import moderation, preferences
from openchair.people.bodies import encode
from openchair.people.forms import DecisionForm, PreferencesForm
from openchair.people.models import Account, Alert, Block, Passkey, Report, Session
from openchair.people.signed_in import (
    SignedInRequest,
    end_session,
    keep_private,
    session_of,
    signed_in_page,
)

# An alert is shown for a month after it was read, so that "what was that?" has an answer.
ALERT_DAYS = 30


@require_safe
def join(request: HttpRequest) -> HttpResponseBase:
    """people/join.html: `adults_only` whether to ask for 18 or older, `next` where to go afterwards."""
    context = {"adults_only": settings.ADULTS_ONLY, "next": _next(request, "account")}
    return keep_private(render(request, "people/join.html", context))


@require_safe
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """people/sign_in.html: `next` where to go afterwards, always a path of this site."""
    context = {"next": _next(request, "account")}
    return keep_private(render(request, "people/sign_in.html", context))


@require_safe
def recover(request: HttpRequest) -> HttpResponseBase:
    """people/recover.html: `next`."""
    return keep_private(render(request, "people/recover.html", {"next": reverse("account")}))


@require_safe
@signed_in_page
def account(request: SignedInRequest) -> HttpResponseBase:
    """people/account.html: see _account_context."""
    today = clock.now().date()
    context = _account_context(request, today)
    return render(request, "people/account.html", context)


@require_POST
@signed_in_page
def alerts_seen(request: SignedInRequest) -> HttpResponseBase:
    Alert.objects.visible_to(request.account).update(seen=True)
    return redirect("account")


@require_safe
@signed_in_page
def kit(request: SignedInRequest) -> HttpResponseBase:
    """people/kit.html: `handle`, `shown_name`, `kit_confirmed_on` (date or None), `has_passphrase`, `has_passkeys`."""
    return render(request, "people/kit.html", _identity_context(request.account))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def preferences_page(request: SignedInRequest) -> HttpResponseBase:
    """people/preferences.html: `form` (PreferencesForm), `is_kept` after saving, `disguise` (slug or ""), `disguises` [(slug, name)]."""
    initial = preferences.preferences_of(account=request.account)
    form = PreferencesForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        preferences.keep_preferences(account=request.account, values=form.cleaned_data)
        response = redirect(f"{reverse('preferences')}?kept=1")
        preferences.bring_preferences(response=response, account=request.account)
        return response
    context = {
        "form": form,
        "is_kept": request.GET.get("kept") == "1",
        "disguise": hiding.disguise_of(request=request),
        "disguises": [("", settings.SITE_NAME), *hiding.NAMES.items()],
    }
    status = 422 if form.is_bound else 200
    return render(request, "people/preferences.html", context, status=status)


@require_POST
@signed_in_page
def disguise(request: SignedInRequest) -> HttpResponseBase:
    response = redirect("preferences")
    hiding.keep_disguise(response=response, disguise=request.POST.get("disguise", ""))
    return response


@require_safe
@signed_in_page
def people(request: SignedInRequest) -> HttpResponseBase:
    """people/people.html: `shown_name`, `handle`, `card_token`, `card_url` (absolute; the token is in the fragment,
    which browsers send to nobody), `blocks` [{account, shown_name, day}]."""
    mine = request.account
    blocks = Block.objects.visible_to(mine).select_related("blocked").order_by("-day", "pk")
    context = {
        "shown_name": mine.shown_name,
        "handle": mine.handle,
        "card_token": mine.card_token,
        "card_url": f"{_site_address(request)}{reverse('people')}#card={mine.card_token}",
        "blocks": [
            {"account": str(row.blocked_id), "shown_name": row.blocked.shown_name, "day": row.day}
            for row in blocks
        ],
    }
    return render(request, "people/people.html", context)


@require_safe
@signed_in_page
def erase(request: SignedInRequest) -> HttpResponseBase:
    """people/erase.html: as people/kit.html, and `backup_days`, how long backups may keep an erased account."""
    context = {
        **_identity_context(request.account),
        "backup_days": settings.INSTALLATION.backup_keep_days,
    }
    return render(request, "people/erase.html", context)


@require_safe
@signed_in_page
def moderation_page(request: SignedInRequest) -> HttpResponseBase:
    """people/moderation.html, for operators: `reports` [{id, day, words, about_handle, document, version, file_key,
    sealed_url, decide_url}], `form` (DecisionForm), `suspended` [{handle, lift_url}]. `file_key` is base64url, or ""."""
    _operators_only(request)
    reports = Report.objects.visible_to(request.account).filter(state="open")
    context = {
        "reports": [
            _report_row(row)
            for row in reports.select_related("about_account").order_by("day", "pk")
        ],
        "form": DecisionForm(),
        "suspended": [
            {"handle": row.handle, "lift_url": reverse("moderation-lift", args=[row.pk])}
            for row in Account.objects.filter(is_suspended=True).order_by("handle")
        ],
    }
    return render(request, "people/moderation.html", context)


@require_safe
@signed_in_page
def reported_file(request: SignedInRequest, report_id: UUID) -> HttpResponseBase:
    _operators_only(request)
    found = get_object_or_404(Report.objects.visible_to(request.account), pk=report_id)
    return HttpResponse(bytes(found.sealed), content_type="application/octet-stream")


@require_POST
@signed_in_page
def decide(request: SignedInRequest, report_id: UUID) -> HttpResponseBase:
    _operators_only(request)
    open_ones = Report.objects.visible_to(request.account).filter(state="open")
    found = get_object_or_404(open_ones, pk=report_id)
    form = DecisionForm(request.POST)
    if form.is_valid() and form.cleaned_data["decision"] == "suspend":
        moderation.suspend_reported(report=found)
    elif form.is_valid():
        moderation.close_report(report=found)
    return redirect("moderation")


@require_POST
@signed_in_page
def lift(request: SignedInRequest, account_id: UUID) -> HttpResponseBase:
    _operators_only(request)
    moderation.lift_suspension(account=get_object_or_404(Account, pk=account_id))
    return redirect("moderation")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign this device out and go to the front page. What is queued on the device stays, sealed, until it is sent."""
    response: HttpResponse
    response = JsonResponse({}) if request.content_type == "application/json" else redirect("front")
    if (session := session_of(request)) is not None:
        end_session(response=response, session=session)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """Go away at once: to QUICK_EXIT_URL, or to people/left.html, a neutral page of our own that loads nothing."""
    response: HttpResponse
    if settings.QUICK_EXIT_URL:
        response = redirect(settings.QUICK_EXIT_URL)
    else:
        response = render(request, "people/left.html")
    # Copies of private pages in the browser's cache; storage stays, or unsent writing would be lost.
    response.headers["Clear-Site-Data"] = '"cache"'
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def _account_context(request: SignedInRequest, today: date) -> dict[str, object]:
    """Return `handle`, `shown_name`, `has_passphrase`, `has_passkeys`, `kit_confirmed_on`, `is_operator`, and

    `passkeys` [{id, name, added_on, opens_writing}], `sessions` [{id, device_name, started_on, seen_on, is_this}],
    `alerts` [{deed, detail, day, seen}], newest first.
    """
    mine = request.account
    alerts = Alert.objects.visible_to(mine).filter(day__gte=today - timedelta(days=ALERT_DAYS))
    return {
        **_identity_context(mine),
        "is_operator": mine.is_operator,
        "passkeys": [
            {
                "id": str(row.id),
                "name": row.name,
                "added_on": row.added_on,
                "opens_writing": row.has_prf,
            }
            for row in Passkey.objects.visible_to(mine).order_by("added_on", "pk")
        ],
        "sessions": [
            {
                "id": str(row.id),
                "device_name": row.device_name,
                "started_on": row.started_on,
                "seen_on": row.seen_on,
                "is_this": row == request.session_row,
            }
            for row in Session.objects.visible_to(mine).order_by("-seen_on", "pk")
        ],
        "alerts": list(alerts.order_by("-pk").values("deed", "detail", "day", "seen")),
    }


def _identity_context(mine: Account) -> dict[str, object]:
    return {
        "handle": mine.handle,
        "shown_name": mine.shown_name,
        "kit_confirmed_on": mine.kit_confirmed_on,
        "has_passphrase": bool(mine.auth_hash),
        "has_passkeys": Passkey.objects.visible_to(mine).exists(),
    }


def _report_row(row: Report) -> dict[str, object]:
    return {
        "id": str(row.id),
        "day": row.day,
        "words": row.words,
        "about_handle": row.about_account.handle if row.about_account else "",
        "document": str(row.document_id or ""),
        "version": row.version,
        "file_key": encode(row.file_key),
        "sealed_url": reverse("moderation-file", args=[row.id]),
        "decide_url": reverse("moderation-decision", args=[row.id]),
    }


def _operators_only(request: SignedInRequest) -> None:
    # 404 and not 403: nobody else has to know that the page is there.
    if not request.account.is_operator:
        raise Http404


def _next(request: HttpRequest, otherwise: str) -> str:
    """Return where to go afterwards: a path of this site, never another's that looks like one."""
    asked = request.GET.get("next", "")
    if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    return reverse(otherwise)


def _site_address(request: HttpRequest) -> str:
    return settings.SITE_URL or f"{request.scheme}://{request.get_host()}"
