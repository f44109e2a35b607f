"""Settings of the whole product. Every value that differs between machines comes from the environment
(see `.env.example`); `./sw` fills in addresses of the embedded servers when none are given.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import environ
from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if not env.bool("SW_SANDBOX", False):  # a sandbox beside the real instance must not learn its addresses
    environ.Env.read_env(BASE_DIR / ".env", overwrite=False)
VAR_DIR = Path(env.str("SW_VAR", str(BASE_DIR / "var")))

DEBUG = env.bool("SW_DEBUG", False)
DEMO = env.bool("SW_DEMO", False)
"""Demo mode: demo accounts are shown on the sign-in page and mail goes to a local mailbox."""

SANDBOX = env.bool("SW_SANDBOX", False)
"""This instance is the sandbox: practice tenants only, a banner on every page, a header on every API answer."""

SANDBOX_ACCESS = {
    "url": env.str("SW_SANDBOX_URL", "").rstrip("/"),
    "client_id": env.str("SW_SANDBOX_CLIENT_ID", ""),
    "client_secret": env.str("SW_SANDBOX_CLIENT_SECRET", ""),
}
"""Where the sandbox instance is, and this site's client there; without an address the file below is read."""

SANDBOX_FILE = Path(env.str("SW_SANDBOX_FILE", str(VAR_DIR / "sandbox" / "provisioning.json")))
"""The same three, written by `./sw run --sandbox` on this machine."""

SECRET_KEY = env.str("SW_SECRET_KEY", "insecure-development-key-never-used-by-docker-compose")
PERSONAL_DATA_KEY = env.str("SW_PERSONAL_DATA_KEY", SECRET_KEY)
"""Master key from which the field encryption key and the equality-hash key are derived (HKDF)."""

PLATFORM_KEY = env.str("SW_PLATFORM_KEY", "")
PLATFORM_CERTIFICATE = env.str("SW_PLATFORM_CERTIFICATE", "")
"""Files (PEM) of the key that signs receipts and evidence packages; without them one is made under `var/`."""
PLATFORM_KEY_KIND = env.str("SW_PLATFORM_KEY_KIND", "RSA")
"""RSA or SM2: what is made where no key is configured."""

ALLOWED_HOSTS = env.list("SW_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("SW_CSRF_TRUSTED_ORIGINS", default=[])
STATUS_URL = env.str("SW_STATUS_URL", "")
BASE_URL = env.str("SW_BASE_URL", "http://127.0.0.1:8000")

DOORS = env.list("SW_DOORS", default=["public", "enterprise", "console", "admin", "api"])
"""Which doors this process serves (architecture: public, enterprise and official sites scale and fail apart)."""

METRICS = env.bool("SW_METRICS", False)
"""Serve `/metrics` for Prometheus (only where the network is closed)."""

INSTALLED_APPS = [
    "portal.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "rest_framework",
    "oauth2_provider",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "guardian",
    "import_export",
    "csp",
    "django_prometheus",
    "django_structlog",
    "portal.apps.PortalConfig",
    "exchange",
    "filing",
    "customs",
    "sandbox",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "portal.middleware.Standing",
    "portal.middleware.SessionLimits",
    "portal.middleware.SecondFactor",
    "axes.middleware.AxesMiddleware",
]

API_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "exchange.api.middleware.ProblemsOnly",
]
"""The machine door's own short stack (`portal.wsgi`)."""

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

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
                "portal.context_processors.site",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    },
]

_database = env.db("DATABASE_URL", default="postgres://sw@127.0.0.1:5432/sw")
DATABASES: dict[str, Any] = {
    "default": {
        **_database,
        "HOST": unquote(_database["HOST"]),  # a socket folder arrives percent-encoded
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": env.int("SW_CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
    }
}

REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379")
"""Address without database number, e.g. `redis://host:6379` or `unix:///path/valkey.sock`."""

if REDIS_URL.startswith("unix://"):
    CACHE_URL = f"{REDIS_URL}?db=2"
    _broker_default = f"redis+socket://{REDIS_URL.removeprefix('unix://')}?virtual_host=0"
else:
    CACHE_URL = f"{REDIS_URL.rstrip('/')}/2"
    _broker_default = f"{REDIS_URL.rstrip('/')}/0"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}}

AGENCY_ENDPOINTS: dict[str, dict[str, Any]] = json.loads(env.str("SW_AGENCY_ENDPOINTS", "") or "{}")
"""Agencies whose systems answer at once: code → url, secret, slots (calls at a time). All others poll."""

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", _broker_default)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_DEFAULT_QUEUE = "cases"
CELERY_TASK_ROUTES = {
    "customs.*": {"queue": "cases"},
    "filing.*": {"queue": "cases"},
    "sandbox.*": {"queue": "cases"},
    "portal.*": {"queue": "cases"},
    "exchange.*": {"queue": "delivery"},
    "portal.deliver_letters": {"queue": "delivery"},
    "portal.write_digests": {"queue": "delivery"},
    "portal.render_document": {"queue": "documents"},
    "portal.sweep_documents": {"queue": "documents"},
    "filing.work_goods_import": {"queue": "documents"},
    "filing.sweep_goods_imports": {"queue": "documents"},
    "customs.work_message_table": {"queue": "documents"},
    "customs.send_payment_request": {"queue": "delivery"},
    "customs.sweep_payment_requests": {"queue": "delivery"},
    "customs.sweep_message_tables": {"queue": "documents"},
    "portal.mail_invitations": {"queue": "delivery"},
}
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 300_000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600}
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_TMP_STORAGE_CLASS = "import_export.tmp_storages.CacheStorage"
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "sweep-events": {"task": "portal.sweep_events", "schedule": 30.0, "options": {"queue": "cases"}},
    "clean-exchange": {
        "task": "exchange.clean_exchange",
        "schedule": 3600.0,
        "options": {"queue": "delivery"},
    },
    "push-webhooks": {
        "task": "exchange.push_webhooks",
        "schedule": 5.0,
        "options": {"queue": "delivery", "expires": 5},
    },
    "sweep-leases": {"task": "exchange.sweep_leases", "schedule": 30.0, "options": {"queue": "delivery"}},
    "watch-certificates": {
        "task": "exchange.watch_certificates",
        "schedule": crontab(hour=0, minute=20),
        "options": {"queue": "delivery"},
    },
    "watch-partners": {"task": "exchange.watch_partners", "schedule": 60.0, "options": {"queue": "cases"}},
    "watch-grants": {
        "task": "exchange.watch_grants",
        "schedule": crontab(hour=0, minute=5),
        "options": {"queue": "cases"},
    },
    "import-outages": {
        "task": "exchange.import_outages",
        "schedule": 60.0,
        "options": {"queue": "delivery", "expires": 60},
    },
    "compute-open-data": {
        "task": "exchange.compute_open_data",
        "schedule": crontab(hour=2, minute=30),
        "options": {"queue": "documents"},
    },
    "deliver-letters": {
        "task": "portal.deliver_letters",
        "schedule": 30.0,
        "options": {"queue": "delivery"},
    },
    "mail-invitations": {
        "task": "portal.mail_invitations",
        "schedule": 60.0,
        "options": {"queue": "delivery"},
    },
    "write-digests": {
        "task": "portal.write_digests",
        "schedule": crontab(hour=18, minute=0),
        "options": {"queue": "delivery"},
    },
    "watch-summaries": {
        "task": "customs.watch_summaries",
        "schedule": crontab(hour=8, minute=30),
        "options": {"queue": "cases"},
    },
    "drop-stale-drafts": {
        "task": "customs.drop_stale_drafts",
        "schedule": crontab(hour=4, minute=20),
        "options": {"queue": "cases"},
    },
    "sweep-summaries": {"task": "customs.sweep_summaries", "schedule": 60.0, "options": {"queue": "cases"}},
    "watch-licences": {
        "task": "filing.watch_licences",
        "schedule": crontab(hour=0, minute=10),
        "options": {"queue": "cases"},
    },
    "watch-agreements": {
        "task": "filing.watch_agreements",
        "schedule": crontab(minute=5),
        "options": {"queue": "cases"},
    },
    "sweep-goods-imports": {
        "task": "filing.sweep_goods_imports",
        "schedule": 60.0,
        "options": {"queue": "documents"},
    },
    "sweep-standing": {
        "task": "portal.sweep_standing",
        "schedule": 300.0,
        "options": {"queue": "cases"},
    },
    "sweep-message-tables": {
        "task": "customs.sweep_message_tables",
        "schedule": 60.0,
        "options": {"queue": "documents"},
    },
    "sweep-payment-requests": {
        "task": "customs.sweep_payment_requests",
        "schedule": 60.0,
        "options": {"queue": "delivery"},
    },
    "sweep-documents": {
        "task": "portal.sweep_documents",
        "schedule": 60.0,
        "options": {"queue": "documents"},
    },
    "verify-audit": {"task": "portal.verify_audit", "schedule": 60.0, "options": {"queue": "cases"}},
    "verify-audit-again": {
        "task": "portal.verify_audit_again",
        "schedule": crontab(hour=3, minute=0),
        "options": {"queue": "cases"},
    },
    "pool-tax-bills": {
        "task": "customs.pool_tax_bills",
        "schedule": crontab(hour=1, minute=10),
        "options": {"queue": "cases"},
    },
    "refresh-guarantees": {
        "task": "customs.refresh_guarantees",
        "schedule": crontab(minute=1),
        "options": {"queue": "cases"},
    },
    "sweep-sandbox-resets": {
        "task": "sandbox.sweep_resets",
        "schedule": 60.0,
        "options": {"queue": "cases"},
    },
    "expire-requests": {"task": "portal.expire_requests", "schedule": 300.0, "options": {"queue": "cases"}},
    "turn-absences": {"task": "portal.turn_absences", "schedule": 1800.0, "options": {"queue": "cases"}},
    "seal-audit": {"task": "portal.seal_audit", "schedule": 5.0, "options": {"queue": "cases"}},
}

AUTH_USER_MODEL = "portal.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "portal.people.AccountAdapter"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
MFA_ADAPTER = "portal.people.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
MFA_TOTP_ISSUER = "福建跨境电商公共服务平台"
AXES_FAILURE_LIMIT = "portal.people.failures_allowed"
AXES_COOLOFF_TIME = "portal.people.lock_out_time"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False  # `portal.admin` shows locks to the security administrator alone

OAUTH2_PROVIDER_APPLICATION_MODEL = "portal.ApiClient"
OAUTH2_PROVIDER = {
    "APPLICATION_ADMIN_CLASS": "portal.admin.ApiClientAdmin",
    "SCOPES": {
        "messages:write": "报送 CEB 报文",
        "receipts:read": "读取回执",
        "tasks:read": "读取部门任务",
        "decisions:write": "回传部门决定",
        "filing:read": "读取备案",
        "filing:write": "提交备案",
        "documents:read": "读取放行单证",
        "webhooks:manage": "管理推送订阅",
        "sandbox:provision": "开通和重置沙箱",
    },
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "ALLOWED_GRANT_TYPES": ["client_credentials"],
    "SCOPES_BACKEND_CLASS": "exchange.permissions.ClientScopes",
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["oauth2_provider.contrib.rest_framework.OAuth2Authentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "portal.problems.exception_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "福建省国际贸易“单一窗口”跨境电子商务公共服务平台 API",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "CaseKindEnum": "filing.enums.CaseKind",
        "AgreementKindEnum": "filing.enums.AgreementKind",
        "WebhookKindEnum": "exchange.enums.WebhookKind",
    },
    "PREPROCESSING_HOOKS": ["exchange.api.schema.add_plain_routes"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "exchange.api.examples.add_examples",
    ],
}

_mail = env.email_url("SW_EMAIL_URL", default="smtp://127.0.0.1:2525")
EMAIL_BACKEND = "portal.letters_outbox.OutboxBackend"
MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
"""What takes e-mail out of the outbox."""

EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"] or "", _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("SW_EMAIL_FROM", "no-reply@localhost")
MAILBOX = VAR_DIR / "mail"
"""Demo mode: what the launcher's own SMTP receiver took, shown on `/mailbox/`."""

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": env.str("SW_STATICFILES_STORAGE", "django.contrib.staticfiles.storage.StaticFilesStorage")
    },
}
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = VAR_DIR / "files"
FONT_DIR = Path(env.str("SW_FONTS", str(BASE_DIR / "var" / "fonts")))
"""Static fonts of PDF documents, cut once by `python -m tools.fonts`."""

ATTACHMENT_MAX_BYTES = env.int("SW_ATTACHMENT_MAX_BYTES", 10 * 1024 * 1024)
PUBLIC_CHECKS_PER_MINUTE = env.int("SW_PUBLIC_CHECKS_PER_MINUTE", 30)
"""Certificate checks one address may make in a minute."""

WEBHOOK_DEVELOPMENT = env.bool("SW_WEBHOOK_DEVELOPMENT", False)
"""Development and tests only: webhooks may be plain http and lead to this machine."""

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = env.bool("SW_HTTPS", False)
CSRF_COOKIE_SECURE = env.bool("SW_HTTPS", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("SW_HTTPS", False) else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env.str("SW_LOG_LEVEL", "INFO")},
}
