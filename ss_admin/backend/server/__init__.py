"""The server: a supervisor, its workers, which answer, and its housekeeper, which writes what they have journaled."""

from ss_admin.backend.server.claims import Listener
from ss_admin.backend.server.serving import serve
from ss_admin.backend.server.supervisor import BLOCKING_THREADS, MAX_CONNECTIONS

__all__ = ["BLOCKING_THREADS", "MAX_CONNECTIONS", "Listener", "serve"]
