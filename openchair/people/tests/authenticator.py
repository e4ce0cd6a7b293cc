"""A passkey device in software: P-256, no attestation, as WebAuthn level 3 lays its answers out."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, encode_cbor

from openchair.people.bodies import encode

USER_PRESENT, USER_VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass(kw_only=True)
class Authenticator:
    """One device that holds one passkey."""

    origin: str = "http://testserver"
    flags: int = USER_PRESENT | USER_VERIFIED
    counts: bool = True
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    sign_count: int = 0
    user_handle: str = ""

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer navigator.credentials.create."""
        self.user_handle = options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        cose = {
            1: 2,
            3: -7,
            -1: 1,
            -2: numbers.x.to_bytes(32, "big"),
            -3: numbers.y.to_bytes(32, "big"),
        }
        attested = (
            bytes(16)
            + len(self.credential_id).to_bytes(2, "big")
            + self.credential_id
            + encode_cbor(cose)
        )
        data = self._data(options["rp"]["id"], extra=ATTESTED) + attested
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        client_data = self._client_data("webauthn.create", options["challenge"])
        return self._credential(
            {"clientDataJSON": encode(client_data), "attestationObject": encode(attestation)}
        )

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer navigator.credentials.get."""
        data = self._data(options["rpId"])
        client_data = self._client_data("webauthn.get", options["challenge"])
        signed = data + hashlib.sha256(client_data).digest()
        return self._credential(
            {
                "clientDataJSON": encode(client_data),
                "authenticatorData": encode(data),
                "signature": encode(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
                "userHandle": self.user_handle,
            }
        )

    def _data(self, rp_id: str, *, extra: int = 0) -> bytes:
        self.sign_count += self.counts
        return (
            hashlib.sha256(rp_id.encode()).digest()
            + bytes([self.flags | extra])
            + self.sign_count.to_bytes(4, "big")
        )

    def _client_data(self, kind: str, challenge: str) -> bytes:
        assert base64url_to_bytes(challenge)
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _credential(self, response: dict[str, str]) -> dict[str, Any]:
        name = encode(self.credential_id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }
