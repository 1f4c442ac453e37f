"""Applications of others: OAuth 2.0 as RFC 9700 would have it, SMART App Launch 2.2 on top."""

import datetime
from pathlib import Path

from portal.settings.environment import LOCAL, VAR_DIR, env
from portal.settings.signing import oidc_key

OAUTH2_PROVIDER_APPLICATION_MODEL = "smart.Application"
OAUTH2_PROVIDER_GRANT_MODEL = "smart.Grant"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "smart.AccessToken"  # noqa: S105 - a model
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "smart.RefreshToken"  # noqa: S105 - a model
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "smart.IDToken"  # noqa: S105 - a model

# The key that signs who somebody is (OpenID Connect) for applications: RSA, PEM, at least 2048 bits.
ASSENT_OIDC_KEY_FILE = Path(env.str("ASSENT_OIDC_KEY_FILE", default=str(VAR_DIR / "oidc.pem")))

OAUTH2_PROVIDER = {
    "OAUTH2_VALIDATOR_CLASS": "portal.smart.validator.Validator",
    "SCOPES_BACKEND_CLASS": "portal.smart.offering.Offering",
    "SCOPES": {"openid": "openid"},
    "OIDC_ENABLED": True,
    "OIDC_RSA_PRIVATE_KEY": oidc_key(ASSENT_OIDC_KEY_FILE, make=LOCAL),
    "OIDC_RESPONSE_TYPES_SUPPORTED": ["code"],
    "OAUTH2_RESPONSE_TYPES_SUPPORTED": ["code"],
    "OAUTH2_GRANT_TYPES_SUPPORTED": ["authorization_code", "refresh_token", "client_credentials"],
    "OAUTH2_TOKEN_ENDPOINT_AUTH_METHODS_SUPPORTED": ["client_secret_basic", "private_key_jwt"],
    "OIDC_TOKEN_ENDPOINT_AUTH_METHODS_SUPPORTED": ["client_secret_basic", "private_key_jwt"],
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
    "ACCESS_TOKEN_EXPIRE_SECONDS": 10 * 60,
    "ID_TOKEN_EXPIRE_SECONDS": 10 * 60,
    "REFRESH_TOKEN_EXPIRE_SECONDS": datetime.timedelta(days=90),
    "ROTATE_REFRESH_TOKEN": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "REFRESH_TOKEN_GRACE_PERIOD_SECONDS": 0,
    "PKCE_REQUIRED": True,
    "REQUEST_APPROVAL_PROMPT": "force",
    # An application on somebody's own machine listens there (RFC 8252, section 7.3); all others use TLS.
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "ALLOW_LOCALHOST_LOOPBACK": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
}
