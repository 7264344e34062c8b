"""Django settings, derived from config.yaml; what users set lives there, not here."""

import sys
from datetime import timedelta

from django.core.management.utils import get_random_secret_key

from platform_backend.config import REPO, ConfigError, config
from platform_backend.database import database, require_driver
from platform_backend.private import FOLDER, private_folder
from platform_backend.public import host_of, own_url
from platform_backend.secrets import secret

try:
    CONFIG = config()
    private_folder(CONFIG.state)  # it holds sessions and password hashes
    DATABASES = {"default": database(CONFIG)}
    require_driver(CONFIG)
except ConfigError as error:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(2) from None

SECRETS_DIR = CONFIG.state / "secrets"
SECRET_KEY = secret(SECRETS_DIR / "django_key", get_random_secret_key)
DEBUG = False
# How browsers reach it. Behind a proxy that speaks https, cookies are kept from http and writes come from its origin.
PUBLIC_URL = CONFIG.web.public_url or own_url(CONFIG.web)
# Its own address is always one of them: `up` itself asks there whether it is ready.
ALLOWED_HOSTS = [*CONFIG.web.allowed_hosts, host_of(PUBLIC_URL), host_of(own_url(CONFIG.web))]
CSRF_TRUSTED_ORIGINS = [CONFIG.web.public_url] if CONFIG.web.public_url else []
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https:")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    "sesame",
    "django_celery_beat",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "changes",
    "accounts",
    "systems",
    "events",
    "faults",
    "telemetry",
    "datasets",
    "campaigns",
    "overview",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "common.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "platform_backend.urls"
WSGI_APPLICATION = "platform_backend.wsgi.application"
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": []},
    }
]
STATIC_URL = "/static/"
STATIC_ROOT = CONFIG.state / "static"
DASHBOARD = REPO / "platform_frontend" / "dist"
STATICFILES_DIRS = [("app", DASHBOARD)] if DASHBOARD.is_dir() else []
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/app/assets/.+-[\w-]{8}\.\w+$"  # the digest that Vite puts into names
WHITENOISE_USE_FINDERS = not STATIC_ROOT.is_dir()  # tests and a bare manage.py serve from the packages
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
FILE_UPLOAD_PERMISSIONS = 0o600  # Django sets modes of its own, collectstatic's too
FILE_UPLOAD_DIRECTORY_PERMISSIONS = FOLDER

# Browsers share cookies between all ports of a host, hence the names.
SESSION_COOKIE_NAME = "microservo_session"
SESSION_COOKIE_AGE = int(timedelta(days=7).total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "microservo_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "common.api.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "sesame.backends.ModelBackend"]
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=1).total_seconds())
SESAME_MAX_AGE = timedelta(minutes=10)
SESAME_ONE_TIME = True
LOGIN_REDIRECT_URL = "/"

EMAIL_HOST = CONFIG.accounts.email.host
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
EMAIL_PORT = CONFIG.accounts.email.port
EMAIL_HOST_USER = CONFIG.accounts.email.user
EMAIL_HOST_PASSWORD = CONFIG.accounts.email.password
EMAIL_USE_TLS = CONFIG.accounts.email.tls == "starttls"
EMAIL_USE_SSL = CONFIG.accounts.email.tls == "tls"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = CONFIG.accounts.email.sender

KNOX_TOKEN_MODEL = "accounts.ApiToken"  # noqa: S105  the name of a model
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_TTL": timedelta(days=30), "TOKEN_PREFIX": "ms_"}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.BearerAuthentication",
        "accounts.api.authentication.CookieAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.permissions.HasRole"],
    # JSON alone: a form of a foreign page can't send it, which also protects the sign-in.
    "DEFAULT_PARSER_CLASSES": ["common.parsers.JsonParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "common.paging.NewestFirst",
    "DEFAULT_SCHEMA_CLASS": "common.schema.ApiSchema",
    "DEFAULT_VERSIONING_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "common.api.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "MicroServo",
    "DESCRIPTION": "Inject faults into a microservice system, read its telemetry, build labelled datasets.\n\n"
    "Errors are problem details (RFC 9457). What an operation does not know is refused (400) with the nearest name "
    "that it does, and no value is turned into another type.\n\n"
    "Times in requests are RFC 3339 with a time zone, or integer microseconds; "
    "times of telemetry and labels are UTC integer microseconds since the epoch.\n\n"
    "Lists are pages: `limit` rows, and a `cursor` that continues the same list with the same filters. Those that are "
    "not of telemetry have `total`, up to 10,000, and can be sorted (`sort=name`, `sort=-name`); most can be searched.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["accounts.api.permissions.HasRole"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "common.schema.as_openapi_30"],
    # Fields of the same name whose values differ.
    "ENUM_NAME_OVERRIDES": {
        "Role": "accounts.models.ROLES",
        "RegistrationPolicy": "accounts.models.REGISTRATION",
        "InjectionState": "faults.models.State",
        "ExperimentState": "faults.models.ExperimentState",
        "ScheduleType": "faults.models.Experiment.Schedule",
        "DatasetState": "datasets.models.State",
        "EventState": "events.models.State",
        "CampaignState": "campaigns.models.State",
        "CampaignStepState": "campaigns.models.StepState",
        "CalendarState": "overview.calendar.STATES",
        "CalendarOrigin": "overview.calendar.ORIGINS",
        "ParameterType": "common.parameters.TYPES",
        "ParameterFormat": "common.parameters.FORMATS",
        # Those that would be named after a field that many have.
        "Language": "accounts.models.LANGUAGES",
        "LabelEffect": "faults.models.Effect",
        "RecoveryVerdict": "faults.models.Recovery",
        "OccurrenceOutcome": "faults.models.Occurrence.Outcome",
        "DatasetOrigin": "datasets.models.Origin",
        "DatasetPhase": "datasets.models.Phase",
        "DatasetFormat": ["csv", "openrca", "parquet", "rcaeval"],
        "MetricType": ["counter", "gauge", "histogram"],
        "PlatformMode": ["embedded", "cluster"],
        "SandboxLevel": ["full", "reduced", "none"],
        "RoleOrAnyone": ["anyone", "viewer", "researcher", "operator", "admin"],
        "LoadProfile": ["constant", "diurnal", "burst", "steps", "replay"],
        "CampaignPods": ["one", "all"],
        "CampaignOrder": ["shuffled", "written"],
        "CampaignShape": ["rca", "detection", "quick"],
        "CampaignStopEnds": ["campaign", "injection"],
        "OnRecoveryFailed": ["recreate", "abort", "continue"],
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "class": "common.logs.PlainFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        },
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "httpx": {"level": "WARNING"},
    },
}
