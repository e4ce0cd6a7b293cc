"""What can't be done in the vault, in words: one answer for each of its exceptions."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

from django.http import HttpResponseBase, JsonResponse
from django.utils.translation import gettext_lazy as _

from openchair.people.signed_in import refuse
from openchair.vault import documents, groups, reporting, rules, sharing

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

P = ParamSpec("P")
A_DAY_SECONDS = 86_400

# By exception: word for the program, status, sentence for the person.
ANSWERS: dict[type[Exception], tuple[str, int, _StrPromise]] = {
    rules.BadRequest: (
        "bad-request",
        400,
        _("This page and the server don't understand each other. Reload the page."),
    ),
    documents.NoSuchDocument: ("not-found", 404, _("There is nothing here that you can open.")),
    documents.Conflict: (
        "conflict",
        409,
        _("This was saved on another device in the meantime. Both texts are kept."),
    ),
    documents.IndexExists: (
        "index-exists",
        409,
        _("Another device of yours was quicker. Reload the page."),
    ),
    documents.SaveKeyUsed: (
        "key-used",
        409,
        _("This save was stored before with another text. Save once more."),
    ),
    documents.KindDiffers: (
        "kind-differs",
        400,
        _("This page and the server don't understand each other. Reload the page."),
    ),
    documents.KitUntested: (
        "kit-untested",
        409,
        _("Try your recovery kit first: without it, what you write could be lost."),
    ),
    documents.TooLarge: (
        "too-large",
        413,
        _("This is more than fits into one document. Divide it into two."),
    ),
    documents.NotAgeFile: (
        "not-sealed",
        400,
        _("This text was not sealed, so it was not stored. Reload the page."),
    ),
    documents.VaultFull: (
        "vault-full",
        413,
        _("Your vault is full. Take out and erase something old, or ask whoever runs this site."),
    ),
    sharing.CannotShare: ("cannot-share", 409, _("This can't be shared with this person.")),
    groups.NoSuchGroup: ("not-found", 404, _("There is nothing here that you can open.")),
    groups.NotAMember: (
        "not-a-member",
        403,
        _("Only somebody who is in the group, and stays in it, can change its key."),
    ),
    groups.EpochTaken: (
        "conflict",
        409,
        _("Somebody else changed the group in the meantime. Reload the page."),
    ),
    groups.GroupExists: ("group-exists", 409, _("This group exists already. Reload the page.")),
    groups.NotSealed: (
        "not-sealed",
        400,
        _("The group's key was not sealed, so it was not stored. Reload the page."),
    ),
    reporting.EnoughReports: (
        "enough-reports",
        429,
        _("Your reports are waiting to be read. Try again tomorrow."),
    ),
}


def answer_refusals(view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """Answer each anticipated refusal of the vault; let any other exception rise."""

    @wraps(view)
    def answered(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(*args, **kwargs)
        except tuple(ANSWERS) as error:
            return answer_for(error)

    return answered


def answer_for(error: Exception) -> JsonResponse:
    """Return the answer for one of the vault's exceptions."""
    slug, status, sentence = ANSWERS[type(error)]
    response = refuse(slug, str(sentence), status=status, **_details(error))
    if status == 429:
        response.headers["Retry-After"] = str(A_DAY_SECONDS)
    return response


def _details(error: Exception) -> dict[str, object]:
    match error:
        case rules.BadRequest():
            return {"what": error.what}
        case documents.IndexExists():
            return {"document": str(error.document_id), "version": error.version}
        case documents.Conflict() | documents.SaveKeyUsed():
            return {"version": error.version}
        case groups.EpochTaken():
            return {"epoch": error.epoch}
        case sharing.CannotShare():
            return {"accounts": [str(account) for account in error.accounts]}
    return {}
