"""The one place where the backend's parts are wired together."""

import logging
import time
import uuid
from dataclasses import dataclass
from typing import cast

from flask import Response, request
from flask import g as request_state
from flask_openapi3 import APIBlueprint, Info, OpenAPI
from sqlalchemy import select

from ss_admin import __version__
from ss_admin.backend import api_document, health
from ss_admin.backend.accounts.guard import new_guard
from ss_admin.backend.accounts.passwords import Passwords
from ss_admin.backend.accounts.routes import build_session_blueprint, build_users_blueprint
from ss_admin.backend.accounts.service import AccountsService
from ss_admin.backend.activity import routes as activity_routes
from ss_admin.backend.activity.service import ActivityService
from ss_admin.backend.answers import answer_errors_as_problems, refuse_invalid_input
from ss_admin.backend.api_keys import routes as api_key_routes
from ss_admin.backend.api_keys.exports import routes as export_routes
from ss_admin.backend.api_keys.exports.service import ExportsService
from ss_admin.backend.api_keys.service import ApiKeysService
from ss_admin.backend.client_address import client_address
from ss_admin.backend.gateway.body import BodyFault, read_body
from ss_admin.backend.gateway.body_reads import BodyReads
from ss_admin.backend.gateway.known_keys.known_keys import KnownKeys
from ss_admin.backend.gateway.limits.decisions import Limiter
from ss_admin.backend.gateway.limits.local import SlidingWindowLimiter
from ss_admin.backend.gateway.limits.shared import RedisLimiter
from ss_admin.backend.gateway.middleware import Gateway, WsgiApp, build_gateway
from ss_admin.backend.gateway.stored_chains import StoredChains
from ss_admin.backend.journal.spool import Spool
from ss_admin.backend.journal.writer import JournalFull, JournalWriter
from ss_admin.backend.metering import WorkerParts, own_numbers, server_metrics
from ss_admin.backend.openapi import SECURITY_SCHEMES
from ss_admin.backend.problems import ProblemError
from ss_admin.backend.propagation.presence import worker_name
from ss_admin.backend.propagation.service import PropagationService
from ss_admin.backend.propagation.watch import ChangeWatch
from ss_admin.backend.refusals import routes as refusal_routes
from ss_admin.backend.refusals.service import RefusalsService
from ss_admin.backend.request_context import AdminRequest, request_id
from ss_admin.backend.rule_chains import routes as rule_chain_routes
from ss_admin.backend.rule_chains.engine.apart import ApartRunners
from ss_admin.backend.rule_chains.executions import routes as execution_routes
from ss_admin.backend.rule_chains.executions.reading import ExecutionsService
from ss_admin.backend.rule_chains.service import RuleChainsService
from ss_admin.backend.settings import ConfigurationError, Settings, pepper_file, resolve_pepper, spool_folder
from ss_admin.backend.signals import routes as signal_routes
from ss_admin.backend.signals.service import SignalsService
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.migrate import is_current
from ss_admin.backend.store.patience import Patience
from ss_admin.backend.store.tables import ApiKeyRow
from ss_admin.backend.telemetry.events import Events
from ss_admin.backend.telemetry.metrics import RequestCounters
from ss_admin.backend.telemetry.own_numbers import OwnNumbers
from ss_admin.backend.telemetry.store_gauges import read_store_gauges
from ss_admin.backend.usage import routes as usage_routes
from ss_admin.backend.usage.service import UsageService
from ss_admin.contract.api_key_format import mask_api_keys_within
from ss_admin.contract.problems import Problem, ProblemCode

__all__ = ["Backend", "create_app"]

_LOGGED_PATH_CHARACTERS = 500
_CHANGING_METHODS = frozenset({"POST", "PATCH", "DELETE"})
_WATCHED_PATHS = ("/api/v1/api-keys", "/api/v1/rulechains")
_access_log = logging.getLogger("ss_admin.backend.access")


@dataclass(frozen=True)
class Backend:
    """What an app holds open; `app.extensions["ss_backend"]`."""

    store: Store
    watch: ChangeWatch
    patience: Patience
    known_keys: KnownKeys
    limiter: Limiter
    journal: JournalWriter
    gateway: Gateway
    runners: ApartRunners
    admin_runners: ApartRunners
    spool: Spool
    owns_spool: bool
    requests: RequestCounters
    numbers: OwnNumbers

    def start(self) -> None:
        """See changes that others make from now on; those made through this app count at once in any case. Once.

        What calls leave in the journal is the housekeeping's, in whatever process.
        """
        self.watch.start()
        self.numbers.start()

    def close(self) -> None:
        """End what is still under way and close the store. The app must get no more requests. Idempotent.

        Calls whose entries still stand in the journal are written by the housekeeping, now or at the next start.
        """
        self.numbers.close()
        self.runners.close()
        self.admin_runners.close()
        self.limiter.close()
        self.watch.close()
        self.known_keys.close()
        self.patience.close()
        self.journal.close()
        if self.owns_spool:
            self.spool.close()
        self.store.close()


def create_app(
    settings: Settings,
    *,
    store: Store | None = None,
    passwords: Passwords | None = None,
    spool: Spool | None = None,
    events: Events | None = None,
) -> OpenAPI:
    """The whole backend as a WSGI app. `store` and `passwords` are given by tests.

    `spool`: the server's, where this worker's journal is made, beside its housekeeping; without one the app has a
    spool of its own. `events`: where this process' event lines go, for their count of those left out.

    Raises `ConfigurationError`, and `StoreUnavailable` where the
    embedded database cannot be opened.
    """
    store = store or Store.open(settings.database_url, leaves_checkpoints=spool is not None)
    _refuse_wrong_pepper(settings, store)
    pepper = resolve_pepper(settings)
    accounts = AccountsService(store, passwords or Passwords())
    app = _bare_app()
    backend = _build_backend(app, settings, store, pepper, servers_spool=spool, events=events)
    app.extensions["ss_backend"] = backend
    app.wsgi_app = backend.gateway  # type: ignore[method-assign]
    _begin_and_end_requests(app, settings, accounts, backend.requests, backend.gateway.body_reads)
    _let_changes_count_at_once(app, backend.watch)
    chains = RuleChainsService(store, pepper, backend.admin_runners, execution_days=settings.execution_days)
    for blueprint in (
        build_session_blueprint(accounts),
        build_users_blueprint(accounts),
        api_key_routes.build_blueprint(ApiKeysService(store, pepper), PropagationService(store)),
        *_blueprints_for_watching(store, pepper),
        activity_routes.build_blueprint(ActivityService(store)),
        rule_chain_routes.build_blueprint(chains, settings.public_url),
        execution_routes.build_blueprint(ExecutionsService(store)),
        health.build_blueprint(
            store,
            backend.patience,
            lambda: server_metrics(backend.numbers, lambda: read_store_gauges(store, backend.patience)),
            [
                lambda: _concern_about_changes(backend.watch),
                lambda: _concern_about_limits(backend.limiter),
                lambda: _concern_about_journal(backend.journal),
            ],
        ),
        api_document.build_blueprint(app),
    ):
        app.register_api(blueprint)
    return app


def _blueprints_for_watching(store: Store, pepper: bytes) -> list[APIBlueprint]:
    return [
        export_routes.build_blueprint(ExportsService(store)),
        usage_routes.build_blueprint(UsageService(store)),
        refusal_routes.build_blueprint(RefusalsService(store, pepper)),
        signal_routes.build_blueprint(SignalsService(store)),
    ]


def _build_backend(
    app: OpenAPI,
    settings: Settings,
    store: Store,
    pepper: bytes,
    *,
    servers_spool: Spool | None,
    events: Events | None,
) -> Backend:
    patience = Patience(store)
    watch = ChangeWatch(store, worker_id=str(uuid.uuid4()), worker_name=worker_name())
    runners = ApartRunners()
    known_keys = KnownKeys(store, pepper, watch)
    limiter = _open_limiter(settings, watch)
    spool, journal = _open_journal(settings, servers_spool)
    gateway = build_gateway(
        cast("WsgiApp", app.wsgi_app),
        known_keys=known_keys,
        limiter=limiter,
        journal=journal,
        clock=watch,
        load_chain=StoredChains(store, patience),
        settings=settings,
        runners=runners,
    )
    requests = RequestCounters()
    parts = WorkerParts(gateway.counters, requests, known_keys, limiter, journal, watch, events)
    return Backend(
        store=store,
        patience=patience,
        watch=watch,
        known_keys=known_keys,
        limiter=limiter,
        journal=journal,
        gateway=gateway,
        runners=runners,
        # Saving and trying have processes of their own: partners' long runs, of whatever tenant, must not hold them up.
        admin_runners=ApartRunners(),
        spool=spool,
        owns_spool=servers_spool is None,
        requests=requests,
        numbers=own_numbers(spool.folder, parts),
    )


def _open_limiter(settings: Settings, watch: ChangeWatch) -> Limiter:
    """The count of this process alone, or of all that share a Redis; nothing is connected yet."""
    if settings.redis_url is None:
        return SlidingWindowLimiter()
    try:
        return RedisLimiter(settings.redis_url, watch.worker_id, lambda: watch.live)
    except ValueError:
        raise ConfigurationError("SS_REDIS_URL must be redis://, rediss:// or unix://, with a host or a path") from None


def _open_journal(settings: Settings, servers_spool: Spool | None) -> tuple[Spool, JournalWriter]:
    folder = spool_folder(settings)
    try:
        spool = servers_spool or Spool.claim(folder)
        return spool, spool.new_journal()
    except (OSError, JournalFull) as fault:
        raise ConfigurationError(f"calls cannot be kept in the folder {folder}: {fault}") from None


def _refuse_wrong_pepper(settings: Settings, store: Store) -> None:
    """Another pepper than the one of the keys would make every one of them unknown, without a word."""
    file = pepper_file(settings)
    if file is None:
        return
    if settings.key_pepper is not None:
        beside = settings.model_copy(update={"key_pepper": None})
        if file.exists() and resolve_pepper(beside) != resolve_pepper(settings):
            raise ConfigurationError(
                f"SS_KEY_PEPPER differs from the pepper in {file}; unset it, or move the file away if no API key was "
                "made under it"
            )
    elif not file.exists() and _has_api_keys(store):
        raise ConfigurationError(f"the pepper file {file} is missing; without it no API key works. Restore it")


def _has_api_keys(store: Store) -> bool:
    if not is_current(store):
        return False
    with store.reading() as session:
        return session.scalar(select(ApiKeyRow.number).limit(1)) is not None


def _bare_app() -> OpenAPI:
    app = OpenAPI(
        "ss_admin.backend",
        info=Info(title="SignalSync Admin", version=__version__),
        security_schemes=SECURITY_SCHEMES,
        doc_ui=False,
        validation_error_model=Problem,
        validation_error_callback=refuse_invalid_input,
        static_folder=None,
    )
    app.request_class = AdminRequest
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False  # a method that is not described is not answered
    app.url_map.merge_slashes = False
    answer_errors_as_problems(app)
    return app


def _begin_and_end_requests(
    app: OpenAPI, settings: Settings, accounts: AccountsService, requests: RequestCounters, body_reads: BodyReads
) -> None:
    @app.before_request
    def _begin() -> None:
        request_state.started = time.perf_counter()
        request_state.guard = new_guard(accounts, client_address(request.environ, settings.trusted_proxies))
        # The body is read before anything is refused: an answer over an unread body breaks the client's connection.
        body = read_body(request.environ, settings.max_body_bytes, body_reads)
        if body is BodyFault.TOO_LARGE:
            raise ProblemError(ProblemCode.PAYLOAD_TOO_LARGE, "The body is larger than this server accepts.")
        if body is BodyFault.CUT_SHORT:
            raise ProblemError(ProblemCode.INVALID_JSON, "The body ended before the announced Content-Length.")
        request_state.body = body
        # PostgreSQL knows no U+0000, so no id has one. A second slash would be passed over here, but not by a proxy
        # that lets only some paths through.
        if "\x00" in request.path or request.environ["PATH_INFO"].startswith("//"):
            raise ProblemError(ProblemCode.NOT_FOUND, "There is nothing at this address.")

    @app.after_request
    def _end(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        seconds = time.perf_counter() - request_state.started
        requests.count(response.status_code, int(seconds * 1_000_000))
        _log_access(response.status_code, seconds)
        return response


def _let_changes_count_at_once(app: OpenAPI, watch: ChangeWatch) -> None:
    """Whoever is told that a key is disabled finds it disabled at the next call, in this process without any wait."""

    @app.after_request
    def _catch_up(response: Response) -> Response:
        is_change = request.method in _CHANGING_METHODS and request.path.startswith(_WATCHED_PATHS)
        if is_change and response.status_code < 400:
            watch.catch_up()
        return response


def _concern_about_limits(limiter: Limiter) -> str | None:
    if not limiter.is_degraded:
        return None
    return "Redis is gone: each worker admits its own part of every rate limit."


def _concern_about_journal(journal: JournalWriter) -> str | None:
    if not journal.is_crowded:
        return None
    return "Calls wait to be written into the database: more than half of the room that they have is taken."


def _concern_about_changes(watch: ChangeWatch) -> str | None:
    lost_at = watch.lost_at
    if lost_at is None:
        return None
    return f"Changes to keys are seen late: the database has not been watched for {time.monotonic() - lost_at:.0f} s."


def _log_access(status: int, seconds: float) -> None:
    """One line per request; never its query string, which may hold what somebody searched for."""
    guard = request_state.guard
    actor = guard.actor_if_known()
    _access_log.info(
        "request",
        extra={
            "request_id": request_id(request.environ),
            "method": request.method,
            "path": mask_api_keys_within(request.path)[:_LOGGED_PATH_CHARACTERS],  # no part of a key either
            "status": status,
            "address": guard.origin.address,
            "user_id": actor.user_id if actor else None,
            "tenant_id": actor.tenant_id if actor else None,
            "duration_ms": round(seconds * 1000, 3),
        },
    )
