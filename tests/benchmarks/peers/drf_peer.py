"""A peer: Django REST framework with djangorestframework-api-key and DRF's throttle in the local-memory cache.

Reasonably tuned: no middleware, JSON only, a database connection that stays open, the same limit, a parsed body, the
same form of answer. What it lacks beside ours: no schema is checked, no rule chain runs, nothing of the call is
recorded, no last use, no access log line; the throttle is neither exact between threads nor shared by processes.

`python -m tests.benchmarks.peers.drf_peer FOLDER COUNT` writes the database and prints its keys as JSON.
"""

import json
import os
import sys
import uuid
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

from tests.benchmarks.estate import LIMIT

FOLDER = "BENCH_PEER_FOLDER"


def configure(folder: Path) -> None:
    """Django's settings, over the database in `folder`."""
    settings.configure(
        ALLOWED_HOSTS=["127.0.0.1"],
        API_KEY_CUSTOM_HEADER="HTTP_X_API_KEY",
        CACHES={
            "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 10_000}}
        },
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "drf-peer.db", "CONN_MAX_AGE": None}
        },
        INSTALLED_APPS=["rest_framework", "rest_framework_api_key"],
        MIDDLEWARE=[],
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": [],
            "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
            "UNAUTHENTICATED_USER": None,
        },
        ROOT_URLCONF=__name__,
        SECRET_KEY="only for the bench",
        USE_TZ=True,
    )
    django.setup()


def prepare(folder: Path, count: int) -> list[str]:
    """Writes the database; its keys."""
    from rest_framework_api_key.models import APIKey

    call_command("migrate", verbosity=0)
    rows, keys = [], []
    for number in range(count):
        row = APIKey(name=f"Partner {number}")
        keys.append(APIKey.objects.assign_key(row))
        rows.append(row)
    APIKey.objects.bulk_create(rows)
    return keys


def routes() -> list[object]:
    """Its one route."""
    from django.urls import path
    from rest_framework.request import Request
    from rest_framework.response import Response
    from rest_framework.throttling import SimpleRateThrottle
    from rest_framework.views import APIView
    from rest_framework_api_key.permissions import HasAPIKey

    class KeyThrottle(SimpleRateThrottle):
        scope = "key"
        rate = f"{LIMIT.max_requests}/second"

        def get_cache_key(self, request: Request, view: APIView) -> str:
            return "throttle-" + request.META["HTTP_X_API_KEY"].partition(".")[0]

    class Execute(APIView):
        permission_classes = (HasAPIKey,)
        throttle_classes = (KeyThrottle,)

        def post(self, request: Request) -> Response:
            result = {"description": request.data["_description"]}
            return Response({"execution_id": str(uuid.uuid4()), "status": "succeeded", "result": result})

    return [path("", Execute.as_view())]


if __name__ == "__main__":
    configure(Path(sys.argv[1]))
    json.dump(prepare(Path(sys.argv[1]), int(sys.argv[2])), sys.stdout)
elif FOLDER in os.environ:
    configure(Path(os.environ[FOLDER]))
    urlpatterns = routes()
    app = get_wsgi_application()
