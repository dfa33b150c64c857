"""Who changed what: the database's triggers write the rows, this tells them who asked and in which request."""

import pghistory.middleware
import structlog


class HistoryMiddleware(pghistory.middleware.HistoryMiddleware):
    """Every change that a request makes carries its person and its request id."""

    def get_context(self, request):
        request_id = structlog.contextvars.get_contextvars().get("request_id")
        return {
            "user": request.user.pk if request.user.is_authenticated else None,
            "request": str(request_id or "")[:64],
        }
