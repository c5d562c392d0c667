"""What is looked at before a server starts, so that what is wrong is told in one line and not by a worker."""

import logging
import ssl

import redis

from ss_admin.backend.app import create_app
from ss_admin.backend.server.claims import Listener
from ss_admin.backend.server.refusals import EXIT_USAGE, CannotStart
from ss_admin.backend.settings import ConfigurationError, Settings
from ss_admin.backend.store.engine import StoreUnavailable

__all__ = ["check_app", "check_listener", "check_redis", "check_workers"]

_log = logging.getLogger(__name__)

_REDIS_SECONDS = 2.0


def check_workers(settings: Settings, workers: int) -> None:
    """Several workers count a limit together, so they need a store for it that all share. Raises `CannotStart`."""
    if workers < 1:
        raise CannotStart("--workers must be at least 1", EXIT_USAGE)
    if workers > 1 and settings.redis_url is None:
        raise CannotStart("--workers above 1 needs SS_REDIS_URL: without it rate limits would not be exact", EXIT_USAGE)


def check_listener(listener: Listener) -> None:
    """The port, and a certificate that belongs to its key. Raises `CannotStart`."""
    if not 0 <= listener.port <= 65535:
        raise CannotStart("--port must be from 0 to 65535", EXIT_USAGE)
    if (listener.tls_cert is None) != (listener.tls_key is None):
        raise CannotStart("--tls-cert and --tls-key belong together", EXIT_USAGE)
    if listener.tls_cert is None or listener.tls_key is None:
        return
    try:
        # An encrypted key would make OpenSSL ask on the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(listener.tls_cert, listener.tls_key, password=str)
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, FileNotFoundError | PermissionError) else "not a matching pair"
        raise CannotStart(f"the certificate and its key cannot be used: {reason}") from None


def check_redis(settings: Settings) -> None:
    """Redis' address can be used, and Redis lets us in. Raises `CannotStart`; no message tells the address.

    A Redis that cannot be reached is a warning only: it may come later, and until then each worker counts its share
    of a limit by itself, which admits fewer calls than it may, never more. A wrong password does not heal by itself.
    """
    if settings.redis_url is None:
        return
    try:
        client = redis.Redis.from_url(
            settings.redis_url.get_secret_value(),
            socket_connect_timeout=_REDIS_SECONDS,
            socket_timeout=_REDIS_SECONDS,
        )
    except (ValueError, TypeError):
        raise CannotStart(
            "SS_REDIS_URL must be redis://host:port/number, rediss:// for TLS, or unix:// and a path", EXIT_USAGE
        ) from None
    try:
        client.ping()
    except (redis.AuthenticationError, redis.exceptions.NoPermissionError):
        raise CannotStart("Redis does not accept the user or password of SS_REDIS_URL") from None
    except (redis.RedisError, OSError) as fault:
        _log.warning(
            "Redis cannot be reached: until it can, each worker counts its share of a limit by itself",
            extra={"fault": type(fault).__name__},
        )
    finally:
        client.close()


def check_app(settings: Settings) -> None:
    """Make the app once and throw it away: what is wrong with the set-up is told here. Raises `CannotStart`."""
    try:
        create_app(settings).extensions["ss_backend"].close()
    except (ConfigurationError, StoreUnavailable) as fault:
        raise CannotStart(str(fault)) from None
