"""Addresses of the vault. Which document is open stands in none of them: a page reads it from the fragment."""

from __future__ import annotations

from django.urls import path

from openchair.vault import views

urlpatterns = [
    path("journal", views.journal, name="journal"),
    path("journal/entry", views.entry, name="journal-entry"),
    path("account/take-out", views.take_out, name="take-out"),
    path("account/verify", views.verify, name="verify"),
    path("vault/documents", views.document_list, name="vault-documents"),
    path("vault/documents/<uuid:document_id>", views.document, name="vault-document"),
    path("vault/documents/<uuid:document_id>/versions", views.version_list, name="vault-versions"),
    path("vault/documents/<uuid:document_id>/erasure", views.erasure, name="vault-erasure"),
    path("vault/keys", views.public_keys, name="vault-keys"),
    path("vault/groups", views.group_list, name="vault-groups"),
    path("vault/groups/<uuid:group_id>/rotation", views.rotation, name="vault-rotation"),
    path("vault/reports", views.reports, name="vault-reports"),
    path("account/reports", views.reports, name="reports"),
    path("vault/archive", views.whole_archive, name="vault-archive"),
]
