"""An application of somebody else, as its makers would write it: PKCE, codes, tokens, assertions."""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from portal.accounts.models import Organisation
from portal.smart import services
from portal.smart.models import Application
from tests.cast import PASSWORD

HOST = "http://testserver"
REDIRECT = "https://app.example/back"
LAUNCH = "https://app.example/launch"
EVERYTHING = "launch launch/patient openid fhirUser offline_access online_access patient/*.cruds user/*.cruds"
LAB = "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
Json = dict[str, Any]


@dataclass
class App:
    """A registered application and what it keeps between the steps of a flow."""

    application: Application
    secret: str = ""
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    http: Client = field(default_factory=Client)

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def authorise_url(self, place: Organisation, scope: str, **more: str) -> str:
        asked = {
            "response_type": "code",
            "client_id": self.application.client_id,
            "redirect_uri": REDIRECT,
            "scope": scope,
            "state": "st4te",
            "aud": f"{HOST}/fhir/{place.slug}",
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
            **more,
        }
        return f"/o/authorize/?{urlencode({name: value for name, value in asked.items() if value})}"

    def ask(self, browser: Client, place: Organisation, scope: str, **more: str) -> Json:
        """The answer at the application's own address after whoever is in the browser agreed to all."""
        given = [word for word in scope.split() if "/" in word and not word.startswith("launch")]
        posted = {"allow": "1", "until": "30", "given": given}
        return answer_at(submit(browser, self.authorise_url(place, scope, **more), posted))

    def exchange(self, code: str, **more: str) -> Any:
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT,
            "client_id": self.application.client_id,
            "code_verifier": self.verifier,
        }
        return self.http.post("/o/token/", {**asked, **more}, headers=self.headers)

    def connect(self, browser: Client, place: Organisation, scope: str, **more: str) -> Json:
        """The token response after a whole flow."""
        answer = self.exchange(self.ask(browser, place, scope, **more)["code"])
        assert answer.status_code == 200, answer.content
        token: Json = answer.json()
        return token

    def refresh(self, token: str, **more: str) -> Any:
        asked = {
            "grant_type": "refresh_token",
            "refresh_token": token,
            "client_id": self.application.client_id,
            **more,
        }
        return self.http.post("/o/token/", asked, headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        if not self.secret:
            return {}
        pair = f"{self.application.client_id}:{self.secret}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def app(place: Organisation, *, scopes: str = EVERYTHING, **more: Any) -> App:
    """A public application that this organisation admits."""
    made = services.register(
        name="Growth Chart", scopes=scopes, redirect_uris=[REDIRECT], launch_uri=LAUNCH, **more
    )
    services.admit(application=made.application, tenant=place.id)
    return App(made.application, made.secret)


@dataclass
class Backend:
    """A service that signs."""

    application: Application
    key: Any
    algorithm: str
    http: Client = field(default_factory=Client)

    def claims(self, **changed: Any) -> Json:
        name = self.application.client_id
        now = int(time.time())
        claims = {
            "iss": name,
            "sub": name,
            "aud": f"{HOST}/o/token/",
            "exp": now + 240,
            "jti": secrets.token_hex(8),
        }
        return {name: value for name, value in {**claims, **changed}.items() if value is not None}

    def signed(self, claims: Json, *, algorithm: str = "", key: Any = None) -> str:
        header = {"alg": algorithm or self.algorithm, "kid": self.key.kid, "typ": "JWT"}
        algorithms = ["RS256", "RS384", "ES384", "HS384"]
        return jwt.encode(header, claims, key or self.key, algorithms=algorithms)

    def ask(self, assertion: str, scope: str = "system/*.rs") -> Any:
        asked = {
            "grant_type": "client_credentials",
            "scope": scope,
            "client_assertion_type": ASSERTION,
            "client_assertion": assertion,
        }
        return self.http.post("/o/token/", asked)

    def token(self, scope: str = "system/*.rs") -> str:
        answer = self.ask(self.signed(self.claims()), scope)
        assert answer.status_code == 200, answer.content
        token: str = answer.json()["access_token"]
        return token


def backend(*places: Organisation, algorithm: str = "ES384", jwks_uri: str = "", **more: Any) -> Backend:
    """A backend service with a key of its own, which these organisations admit."""
    parameters: Any = {"kid": secrets.token_hex(4)}
    key: Any
    if algorithm == "ES384":
        key = ECKey.generate_key("P-384", parameters, auto_kid=False)
    else:
        key = RSAKey.generate_key(2048, parameters, auto_kid=False)
    keys = None if jwks_uri else KeySet([key]).as_dict(private=False)
    more.setdefault("purposes", ["TREAT"])
    made = services.register(
        name="Registry feed", scopes="system/*.rs", backend=True, jwks=keys, jwks_uri=jwks_uri, **more
    )
    for place in places:
        services.admit(application=made.application, tenant=place.id)
    return Backend(made.application, key, algorithm)


def submit(browser: Client, address: str, posted: Json) -> str:
    """Where a signed page leads. Whoever signs says again who they are, and goes on with what they submitted."""
    page = browser.get(address)
    assert page.status_code == 200, page.get("Location")
    answer = decide(browser, page, posted)
    if answer.context.get("changed"):  # other choices than those of the page: it says so, and is read again
        answer = decide(browser, answer, posted)
    assert answer.status_code == 200, answer.content
    return str(answer.context["address"])


def decide(browser: Client, page: Any, posted: Json) -> Any:
    """The answer to this page, of somebody who has read what it shows."""
    answer = browser.post(page.context["decide_at"], {"shown": page.context["shown"], **posted})
    if answer.status_code == 302 and "reauthenticate" in answer["Location"]:
        answer = browser.post(answer["Location"], {"password": PASSWORD})
    return answer


def answer_at(address: str) -> Json:
    """The parameters with which the application is called back."""
    assert address.startswith(REDIRECT), address
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
