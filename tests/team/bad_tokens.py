"""Tokens of all bad kinds, by what is wrong with them, with the reason that each is refused with."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.team.tokens import LONGEST
from tests.team.issuer import Issuer, jwk, private_key
from tests.team.serving import RESOURCE


def unsigned(claims: Mapping[str, Any], **header: Any) -> str:
    parts = [json.dumps(part).encode() for part in ({"typ": "at+jwt", "kid": "first", **header}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


def claims_of(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def with_public_key_as_secret(issuer: Issuer, *, in_pem: bool) -> str:
    """Key confusion: HS256, with what everybody knows of the key as the secret."""
    key = private_key().public_key()
    secret = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) if in_pem else json.dumps(jwk()).encode()
    head = unsigned(claims_of(issuer.token()), alg="HS256").removesuffix(".")
    signature = hmac.new(secret, head.encode(), hashlib.sha256).digest()
    return f"{head}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def with_header_changed(issuer: Issuer, **header: Any) -> str:
    """A valid token whose header is another one."""
    head, _, rest = issuer.token().partition(".")
    changed = {**json.loads(base64.urlsafe_b64decode(head + "==")), **header}
    return f"{base64.urlsafe_b64encode(json.dumps(changed).encode()).rstrip(b'=').decode()}.{rest}"


def signed(issuer: Issuer, **header: Any) -> str:
    """A token of the provider's own, whose header is one that the library would not write."""
    head = unsigned(claims_of(issuer.token()), alg="RS256", **header).removesuffix(".")
    signature = private_key().sign(head.encode(), PKCS1v15(), SHA256())
    return f"{head}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def with_claims_changed(issuer: Issuer, **claims: Any) -> str:
    head, body, signature = issuer.token().split(".")
    changed = {**json.loads(base64.urlsafe_b64decode(body + "==")), **claims}
    return f"{head}.{base64.urlsafe_b64encode(json.dumps(changed).encode()).rstrip(b'=').decode()}.{signature}"


NOW = int(time.time())
UNREADABLE = "The token is no signed JWT of a kind that is taken."
UNPROVED = "The token's signature does not fit a key of the identity provider."
NO_ACCESS = "The token is no access token."
AUDIENCE = "The token is for another audience."
CLAIMS = "The token needs the claims exp, iss, aud, sub."
BAD: dict[str, tuple[Callable[[Issuer], str], str]] = {
    "another audience": (lambda i: i.token(aud="https://other.example/mcp"), AUDIENCE),
    "an audience that begins with ours": (lambda i: i.token(aud=f"{RESOURCE}.evil.example"), AUDIENCE),
    "a list without ours": (lambda i: i.token(aud=["https://other.example/mcp", "account"]), AUDIENCE),
    "no audience": (lambda i: i.token(aud=None), CLAIMS),
    "another issuer": (lambda i: i.token(iss="https://other.example"), "The token is of another issuer."),
    "its issuer with a slash": (lambda i: i.token(iss=f"{i.url}/"), "The token is of another issuer."),
    "no issuer": (lambda i: i.token(iss=None), CLAIMS),
    "no subject": (lambda i: i.token(sub=None), CLAIMS),
    "an empty subject": (lambda i: i.token(sub=""), NO_ACCESS),
    "expired": (lambda i: i.token(exp=NOW - 120), "The token has expired."),
    "no expiry": (lambda i: i.token(exp=None), CLAIMS),
    "an expiry that is no number": (lambda i: i.token(exp="never"), UNPROVED),
    "not yet valid": (lambda i: i.token(nbf=NOW + 86_400), "The token is not valid yet."),
    "of the future": (lambda i: i.token(iat=NOW + 86_400), "The token is not valid yet."),
    "alg none": (lambda i: unsigned(claims_of(i.token()), alg="none"), UNREADABLE),
    "alg None": (lambda i: unsigned(claims_of(i.token()), alg="None"), UNREADABLE),
    "RS256 without a signature": (lambda i: unsigned(claims_of(i.token()), alg="RS256"), UNPROVED),
    "no algorithm": (lambda i: unsigned(claims_of(i.token())), UNREADABLE),
    "a list of algorithms": (lambda i: unsigned(claims_of(i.token()), alg=["RS256"]), UNREADABLE),
    "HS256 with the public key": (lambda i: with_public_key_as_secret(i, in_pem=True), UNREADABLE),
    "HS256 with the JWK": (lambda i: with_public_key_as_secret(i, in_pem=False), UNREADABLE),
    "RS512": (lambda i: i.token(alg="RS512", key=private_key()), UNREADABLE),
    "an unknown kid": (lambda i: i.token(kid="stranger"), UNPROVED),
    "no kid": (lambda i: i.token(kid=None), UNREADABLE),
    "another key under the kid": (lambda i: i.token(key=private_key("stranger")), UNPROVED),
    "an EC key under the RSA kid": (lambda i: i.token(alg="ES256", key=private_key("curve", "ES256")), UNPROVED),
    "RS256 named, an EC key's kid": (lambda i: i.token(kid="curve", key=private_key()), UNPROVED),
    "ES256 named over an RS256 signature": (lambda i: with_header_changed(i, alg="ES256"), UNPROVED),
    "changed claims": (lambda i: with_claims_changed(i, scope="testdesk:admin"), UNPROVED),
    "its own key inside": (lambda i: i.token(key=private_key("stranger"), headers={"jwk": jwk("stranger")}), UNPROVED),
    "the address of its keys": (
        lambda i: i.token(kid="stranger", headers={"jku": f"{i.url}/theirs", "x5u": f"{i.url}/theirs"}),
        UNPROVED,
    ),
    "a critical header": (lambda i: i.token(headers={"crit": ["exp"]}), UNREADABLE),
    "a critical header that the library takes": (lambda i: signed(i, crit=["b64"], b64=True), UNREADABLE),
    "an id token by its header": (lambda i: i.token(headers={"typ": "id+jwt"}), NO_ACCESS),
    "an id token by its nonce": (lambda i: i.token(nonce="n-0S6", headers={"typ": "JWT"}), NO_ACCESS),
    "an id token by at_hash": (lambda i: i.token(at_hash="77QmUPtjPfzWtF2AnpK9RQ", headers={"typ": None}), NO_ACCESS),
    "an id token by Keycloak's claim": (lambda i: i.token(typ="ID"), NO_ACCESS),
    "a refresh token": (lambda i: i.token(typ="Refresh"), NO_ACCESS),
    "a logout token": (lambda i: i.token(headers={"typ": "logout+jwt"}), NO_ACCESS),
    "bound to a key of its client": (
        lambda i: i.token(cnf={"jkt": "0ZcOCORZNYy"}),
        "The token is bound to a key of its client, which this server does not check.",
    ),
    "too large": (lambda i: i.token(more="x" * LONGEST), f"The token is longer than {LONGEST} characters."),
    "not a JWT": (lambda i: "opaque", UNREADABLE),
    "five parts, encrypted": (lambda i: "e30.e30.e30.e30.e30", UNREADABLE),
    "a deep header": (lambda i: f"{base64.urlsafe_b64encode(b'[' * 6000).decode()}.e30.e30", UNREADABLE),
}
