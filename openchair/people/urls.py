"""Addresses of accounts. Pages first, then what scripts ask."""

from __future__ import annotations

from django.urls import URLPattern, path

from openchair.people import api_views, views

urlpatterns: list[URLPattern] = [
    path("join", views.join, name="join"),
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("recover", views.recover, name="recover"),
    path("leave", views.leave, name="leave"),
    path("account", views.account, name="account"),
    path("account/alerts/seen", views.alerts_seen, name="alerts-seen"),
    path("account/kit-page", views.kit, name="kit"),
    path("account/preferences", views.preferences_page, name="preferences"),
    path("account/disguise", views.disguise, name="disguise"),
    path("account/people", views.people, name="people"),
    path("account/leave", views.erase, name="account-leave"),
    path("moderation", views.moderation_page, name="moderation"),
    path("moderation/reports/<uuid:report_id>/file", views.reported_file, name="moderation-file"),
    path("moderation/reports/<uuid:report_id>/decision", views.decide, name="moderation-decision"),
    path("moderation/suspended/<uuid:account_id>/lift", views.lift, name="moderation-lift"),
    path("account/join", api_views.join, name="api-join"),
    path("account/join/passkey", api_views.join_passkey, name="api-join-passkey"),
    path("account/sign-in/salt", api_views.sign_in_salt, name="api-salt"),
    path("account/sign-in", api_views.sign_in, name="api-sign-in"),
    path(
        "account/sign-in/passkey/options",
        api_views.sign_in_passkey_options,
        name="api-sign-in-options",
    ),
    path("account/sign-in/passkey", api_views.sign_in_passkey, name="api-sign-in-passkey"),
    path("account/recovery/salt", api_views.recovery_salt, name="api-recovery-salt"),
    path("account/recovery", api_views.recover, name="api-recovery"),
    path("account/keys", api_views.account_keys, name="api-keys"),
    path("account/passphrase", api_views.passphrase, name="api-passphrase"),
    path("account/kit", api_views.kit, name="api-kit"),
    path("account/kit/proof", api_views.kit_proof, name="api-kit-proof"),
    path("account/passkeys/options", api_views.passkey_options, name="api-passkey-options"),
    path("account/passkeys", api_views.add_passkey, name="api-passkeys"),
    path(
        "account/passkeys/<uuid:passkey_id>/removal",
        api_views.remove_passkey,
        name="api-passkey-removal",
    ),
    path("account/key", api_views.rotate_key, name="api-key"),
    path("account/sessions", api_views.sessions, name="api-sessions"),
    path("account/sessions/<uuid:session_id>/end", api_views.end_session, name="api-session-end"),
    path("account/sessions/end-others", api_views.end_other_sessions, name="api-end-others"),
    path("account/erasure", api_views.erasure, name="api-erasure"),
    path("account/card", api_views.own_card, name="api-card"),
    path("account/card/renewal", api_views.renew_card, name="api-card-renewal"),
    path("account/cards/<str:token>", api_views.open_card, name="api-card-of"),
    path("account/blocks", api_views.block, name="api-blocks"),
    path("account/blocks/<uuid:account_id>/removal", api_views.unblock, name="api-unblock"),
]
