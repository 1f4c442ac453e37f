"""REST: personal tokens, problem documents (RFC 9457), cursors and the OpenAPI schema."""

from portal.settings.environment import env

# How often one token may call, and how many wrong tokens one address may send, in a minute; 0: as often as it likes.
ASSENT_CALLS_PER_MINUTE = env.int("ASSENT_CALLS_PER_MINUTE", default=3000)
ASSENT_WRONG_TOKENS_PER_MINUTE = env.int("ASSENT_WRONG_TOKENS_PER_MINUTE", default=60)

# For how many seconds denials that are the same as the first make one entry that counts them; 0: each its own.
ASSENT_DENIALS_WINDOW = env.int("ASSENT_DENIALS_WINDOW", default=60)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["portal.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "portal.api.problems.problem_response",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Assent",
    "DESCRIPTION": "Medical record sharing by consent contracts, on a ledger that outsiders can verify.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "ContractState": "portal.api.shapes.contracts.STATES",
        "EntryState": "portal.api.shapes.ledgers.STATES",
        "RequestState": "portal.api.shapes.requests.STATES",
        "CaseState": "portal.api.shapes.cases.STATES",
        "EmergencyState": "portal.api.shapes.emergencies.STATES",
        "RoleAtOrganisation": "portal.api.shapes.members.ROLES",
        "GuardianState": "portal.api.shapes.guardians.STATES",
        "ShareCodeState": "portal.api.shapes.share_codes.STATES",
        "ReviewOutcome": "consent.emergency.OUTCOMES",
        "ReportOutcome": "consent.services.reports.OUTCOMES",
        "PurposeOfUse": "consent.vocabulary.PURPOSES",
        "SensitivityLabel": "consent.vocabulary.SENSITIVITIES",
    },
}
