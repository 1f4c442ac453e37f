"""What the node is made of, and in which order a request passes through it."""

import hashlib

from portal.settings.environment import BASE_DIR, DEBUG, VAR_DIR, env

INSTALLED_APPS = [
    "portal.node",
    "channels",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "procrastinate.contrib.django",
    "django_prometheus",
    "ledger",
    "consent",
    "portal.accounts",
    "portal.records",
    "portal.cases",
    "portal.smart",
    "portal.notices",
    "portal.subscriptions",
    "portal.disclosures",
    "portal.patterns",
    "portal.inspections",
    "portal.design",
    "portal.patients",
    "portal.providers",
    "portal.administration",
    "portal.api",
    "portal.fhir",
    "portal.live",
    "portal.demo",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "portal.node.static.Static",
    "csp.middleware.CSPMiddleware",
    "portal.smart.middleware.CrossOrigin",
    "portal.accounts.middleware.RequestIdentity",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "portal.urls"
ASGI_APPLICATION = "portal.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.accounts.context.signed_in",
                "portal.about.appearance.appearance",
            ],
            "builtins": ["portal.design.templatetags.forms"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

STATICFILES_DIRS = [BASE_DIR / "portal" / "static"]
STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False


def _fingerprint() -> str:
    """Of everything that is served as a file: our own, and by its version that of what we depend on."""
    files = [path for path in sorted(STATICFILES_DIRS[0].rglob("*")) if path.is_file()]
    content = [path.read_bytes() for path in (*files, BASE_DIR / "requirements.txt")]
    return hashlib.sha256(b"".join(hashlib.sha256(each).digest() for each in content)).hexdigest()[:12]


STATIC_URL = "static/" if DEBUG else f"static/{_fingerprint()}/"

REDIS_URL = env.str("REDIS_URL", default="")
CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
