"""The vault's pages and its JSON. The pages hold nothing private: their script fetches and opens it."""

from __future__ import annotations

import json
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from openchair.lib import clock
from openchair.people.signed_in import SignedInRequest, signed_in_json, signed_in_page
from openchair.vault import archive, documents, groups, keys, reporting, rules
from openchair.vault.outages import answer_outages
from openchair.vault.refusing import answer_refusals

# A page asks for the readers of one list, or the members of one group.
MOST_KEYS = 200
# A rotation carries a wrapping for each member.
MOST_BODY_BYTES = 2 * 1024 * 1024


@require_safe
@signed_in_page
def journal(request: SignedInRequest) -> HttpResponse:
    return render(request, "vault/journal.html")


@require_safe
@signed_in_page
def entry(request: SignedInRequest) -> HttpResponse:
    return render(request, "vault/entry.html")


@require_safe
@signed_in_page
def take_out(request: SignedInRequest) -> HttpResponse:
    return render(request, "vault/take_out.html")


@require_safe
@signed_in_page
def verify(request: SignedInRequest) -> HttpResponse:
    return render(request, "vault/verify.html")


@require_GET
@answer_outages
@signed_in_json
@answer_refusals
def document_list(request: SignedInRequest) -> HttpResponse:
    after, kind = request.GET.get("after", ""), request.GET.get("kind", "")
    page = documents.list_documents(
        account=request.account,
        after=rules.decode_cursor(after) if after else None,
        kind=rules.parse_kind(kind, what="kind") if kind else None,
    )
    listed = [
        {
            "id": found.id,
            "kind": found.kind,
            "owner": found.owner,
            "version": found.version,
            "day": found.day,
            "readers": found.readers,
        }
        for found in page.documents
    ]
    return JsonResponse({"documents": listed, "next": page.next})


@require_http_methods(["GET", "PUT"])
@answer_outages
@signed_in_json
@answer_refusals
def document(request: SignedInRequest, document_id: UUID) -> HttpResponseBase:
    return _save(request, document_id) if request.method == "PUT" else _fetch(request, document_id)


@require_GET
@answer_outages
@signed_in_json
@answer_refusals
def version_list(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    found = documents.list_versions(account=request.account, document_id=document_id)
    listed = [
        {"number": number, "day": day, "size_class": size_class}
        for number, day, size_class in found
    ]
    return JsonResponse({"versions": listed})


@require_POST
@answer_outages
@signed_in_json
@answer_refusals
def erasure(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    version = rules.parse_number(_body(request).get("version"), what="version")
    documents.erase_document(account=request.account, document_id=document_id, version=version)
    return JsonResponse({})


@require_GET
@answer_outages
@signed_in_json
@answer_refusals
def public_keys(request: SignedInRequest) -> HttpResponse:
    words = [word for word in request.GET.get("accounts", "").split(",") if word]
    if len(words) > MOST_KEYS:
        raise rules.BadRequest("accounts")
    found = keys.find_keys(
        account=request.account,
        others={rules.parse_uuid(word, what="accounts") for word in words},
        card=request.GET.get("card", ""),
    )
    listed = {
        str(account): {"public_key": key.public_key, "shown_name": key.shown_name}
        for account, key in found.items()
    }
    return JsonResponse({"keys": listed})


@require_http_methods(["GET", "POST"])
@answer_outages
@signed_in_json
@answer_refusals
def group_list(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST":
        return _create_group(request)
    listed = [
        {
            "id": group.id,
            "epoch": group.epoch,
            "keys": [
                {
                    "epoch": key.epoch,
                    "public_key": key.public_key,
                    "sealed": rules.encode_bytes(key.sealed),
                }
                for key in group.keys
            ],
            "members": group.members,
        }
        for group in groups.list_groups(account=request.account)
    ]
    return JsonResponse({"groups": listed})


@require_POST
@answer_outages
@signed_in_json
@answer_refusals
def rotation(request: SignedInRequest, group_id: UUID) -> HttpResponse:
    body = _body(request)
    epoch = groups.rotate_key(
        account=request.account,
        group_id=group_id,
        epoch=rules.parse_number(body.get("epoch"), what="epoch"),
        public_key=rules.parse_public_key(body.get("public_key")),
        wrapped=_wrapped(body),
    )
    return JsonResponse({"epoch": epoch})


@require_POST
@answer_outages
@signed_in_json
@answer_refusals
def reports(request: SignedInRequest) -> HttpResponse:
    body = _body(request)
    file_key = rules.decode_bytes(
        body.get("file_key", ""), what="file_key", most=reporting.FILE_KEY_BYTES
    )
    if file_key and len(file_key) != reporting.FILE_KEY_BYTES:
        raise rules.BadRequest("file_key")
    report = reporting.report_document(
        account=request.account,
        document_id=rules.parse_uuid(body.get("document"), what="document"),
        version=rules.parse_number(body.get("version"), what="version"),
        file_key=file_key,
        words=rules.parse_words(body.get("words", ""), most=reporting.MOST_WORDS, what="words"),
        today=clock.now().date(),
    )
    return JsonResponse({"report": report.pk}, status=201)


@require_GET
@answer_outages
@signed_in_json
def whole_archive(request: SignedInRequest) -> HttpResponseBase:
    response = StreamingHttpResponse(
        archive.write_archive(account=request.account, today=clock.now().date()),
        content_type="application/zip",
    )
    response.headers["Content-Disposition"] = 'attachment; filename="archive.zip"'
    return response


def _fetch(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    asked = request.GET.get("version")
    if asked is not None and not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        raise rules.BadRequest("version")
    found = documents.find_version(
        account=request.account, document_id=document_id, number=int(asked) if asked else None
    )
    return HttpResponse(
        bytes(found.sealed),
        content_type="application/octet-stream",
        headers={
            "X-Version": str(found.number),
            "X-Kind": found.document.kind,
            "X-Owner": str(found.document.owner_id),
        },
    )


def _save(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    version = documents.save_document(
        account=request.account,
        document_id=document_id,
        kind=rules.parse_kind(request.headers.get("X-Kind"), what="X-Kind"),
        read_version=rules.parse_if_match(request.headers.get("If-Match", "")),
        save_key=rules.parse_uuid(request.headers.get("Idempotency-Key"), what="Idempotency-Key"),
        readers=rules.parse_readers(request.headers.get("X-Readers")),
        sealed=_raw_body(request, most=rules.MOST_DOCUMENT_BYTES),
        today=clock.now().date(),
    )
    return JsonResponse({"version": version}, status=201 if version == 1 else 200)


def _create_group(request: SignedInRequest) -> HttpResponse:
    body = _body(request)
    epoch = groups.create_group(
        account=request.account,
        group_id=rules.parse_uuid(body.get("id"), what="id"),
        public_key=rules.parse_public_key(body.get("public_key")),
        wrapped=_wrapped(body),
        today=clock.now().date(),
    )
    return JsonResponse({"epoch": epoch}, status=201)


def _wrapped(body: dict[str, object]) -> dict[UUID, bytes]:
    sent = body.get("wrapped")
    if not isinstance(sent, dict) or len(sent) > rules.MOST_MEMBERS:
        raise rules.BadRequest("wrapped")
    return {
        rules.parse_uuid(account, what="wrapped"): rules.decode_bytes(
            sealed, what="wrapped", most=rules.MOST_WRAPPING_BYTES
        )
        for account, sealed in sent.items()
    }


def _body(request: HttpRequest) -> dict[str, object]:
    """Return the JSON object that was sent. Another site's form can't send this type without being asked for leave."""
    if request.content_type != "application/json":
        raise rules.BadRequest("Content-Type")
    try:
        body = json.loads(_raw_body(request, most=MOST_BODY_BYTES))
    except (ValueError, RecursionError):
        raise rules.BadRequest("body") from None
    if not isinstance(body, dict):
        raise rules.BadRequest("body")
    return body


def _raw_body(request: HttpRequest, *, most: int) -> bytes:
    length = request.META.get("CONTENT_LENGTH") or "0"
    # Judged before it is read.
    if not length.isdigit() or int(length) > most:
        raise documents.TooLarge
    try:
        return request.body
    except RequestDataTooBig:
        raise documents.TooLarge from None
