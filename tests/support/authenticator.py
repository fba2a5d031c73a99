"""An authenticator in software: makes passkeys and signs with them, as a browser would hand it on."""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url as base64url

PRESENT, VERIFIED, NEW = 0x01, 0x04, 0x40
"""Flags: somebody touched it, it knew them by finger, face or PIN, and a new key follows."""


@dataclass
class Passkey:
    """One key, and the count of its uses. `verifies`: it asks for finger, face or PIN; `counts`: it tells its count."""

    verifies: bool = True
    counts: bool = True
    count: int = 0
    id: bytes = field(default_factory=lambda: token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, ask: str, origin: str) -> str:
        """The answer to `navigator.credentials.create`."""
        options = json.loads(ask)
        length = len(self.id).to_bytes(2)
        data = self._data(options["rp"]["id"], NEW) + bytes(16) + length + self.id + self._public_key()
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": _client("webauthn.create", options, origin),
            "attestationObject": attestation,
        }
        return self._answer(response)

    def sign(self, ask: str, origin: str) -> str:
        """The answer to `navigator.credentials.get`."""
        options = json.loads(ask)
        client, data = _client("webauthn.get", options, origin), self._data(options["rpId"], 0)
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer({"clientDataJSON": client, "authenticatorData": data, "signature": signature})

    def _data(self, host: str, flags: int) -> bytes:
        self.count += self.counts
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return sha256(host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4)

    def _public_key(self) -> bytes:
        point = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})

    def _answer(self, response: dict[str, bytes]) -> str:
        name = base64url(self.id)
        written = {part: base64url(value) for part, value in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": written})


def _client(kind: str, options: dict[str, Any], origin: str) -> bytes:
    return json.dumps({"type": kind, "challenge": options["challenge"], "origin": origin}).encode()
