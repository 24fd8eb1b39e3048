"""Static files, and how long a browser may keep them."""

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from events_app.web.security import (
    A_YEAR,
)


class VersionedFiles(StaticFiles):
    """Static files: with the mark of their content in the address they are kept for a year, without it for an hour."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        marked = b"v=" in scope.get("query_string", b"") or path.startswith("fonts")
        response.headers["Cache-Control"] = (
            f"public, max-age={A_YEAR}, immutable" if marked else "public, max-age=3600"
        )
        return response
