"""What scripts send, one struct for each kind of message. Names are those of the wire."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from openchair.people.bodies import Auth, Body, PublicKey, Salt, SealedKey
from openchair.people.signing_in import SCRYPT_LOG_N

Credential = dict[str, Any]
NOTHING = SealedKey()


class JoinPasskey(Body):
    """The answer of a new passkey. `wrapped` is empty where the browser has no PRF."""

    challenge: UUID
    credential: Credential
    wrapped: SealedKey = NOTHING


class Join(Body):
    """A sign-up, by passphrase (salt, auth, wrapped), by passkey, or both."""

    shown_name: str
    join_key: UUID
    public_key: PublicKey
    recovery_salt: Salt
    recovery_auth: Auth
    recovery_wrapped: SealedKey
    scrypt_log_n: int = SCRYPT_LOG_N
    salt: Salt | None = None
    auth: Auth | None = None
    wrapped: SealedKey | None = None
    passkey: JoinPasskey | None = None
    adult: bool | None = None


class Name(Body):
    """A name for oneself."""

    shown_name: str


class Handle(Body):
    """A handle, as it is typed."""

    handle: str


class HandleAndAuth(Body):
    """A handle and what proves its secret."""

    handle: str
    auth: Auth


class Answer(Body):
    """A passkey's answer to a challenge."""

    challenge: UUID
    credential: Credential


class Proof(Body):
    """What somebody who is signed in gives to confirm it: their passphrase's proof, or a passkey's answer."""

    auth_now: Auth | None = None
    challenge: UUID | None = None
    credential: Credential | None = None


class NewPassphrase(Proof, kw_only=True):
    """A passphrase to replace the one before."""

    salt: Salt
    scrypt_log_n: int
    auth: Auth
    wrapped: SealedKey


class NewKit(Proof, kw_only=True):
    """A recovery code to replace the one before."""

    recovery_salt: Salt
    recovery_auth: Auth
    recovery_wrapped: SealedKey


class KitProof(Body):
    """The proof of the code on the kit."""

    auth: Auth


class NewPasskey(Body):
    """One more passkey, named by its person."""

    challenge: UUID
    credential: Credential
    name: str = ""
    wrapped: SealedKey = NOTHING


class NewWrapping(Body):
    """The new keyring, sealed for one way in."""

    id: UUID
    sealed: SealedKey


class NewKey(Body):
    """A key to replace the one before, with the keyring sealed anew for every way in."""

    public_key: PublicKey
    wrappings: list[NewWrapping]


class Whom(Body):
    """Another account."""

    account: UUID
