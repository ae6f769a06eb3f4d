"""Rendering: one environment of templates, and what every page is given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2_fragments import render_block
from litestar import MediaType, Request, Response

from postal_service import security
from postal_service.settings import Settings
from postal_service.web import words
from postal_service.web.guards import find_caller, session_token

TEMPLATES = Path(__file__).parent / "templates"

ENVIRONMENT = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters.update(words.FILTERS)

AnyRequest = Request[Any, Any, Any]


def is_fragment(request: AnyRequest) -> bool:
    """Whether htmx asked, and wants a piece of a page."""
    return "hx-request" in request.headers


def is_page(request: AnyRequest) -> bool:
    """Whether a browser's window asked."""
    return "text/html" in request.headers.get("accept", "")


async def page(
    request: AnyRequest,
    template: str,
    *,
    block: str | None = None,
    status: int = 200,
    **given: object,
) -> Response[str]:
    """Render *template*, or one *block* of it, with the caller and her form token at hand."""
    settings: Settings = request.app.state.settings
    token = session_token(request)
    given |= {
        "caller": await find_caller(request),
        "csrf": security.form_token(settings.secret_key, token) if token else "",
        "demo": settings.demo,
        "transfers": settings.takes_transfers,
        "path": request.url.path,
    }
    if block is None:
        text = ENVIRONMENT.get_template(template).render(given)
    else:
        text = render_block(ENVIRONMENT, template, block, given)
    return html(text, status)


def notice(said: str, wrong: list[str], status: int) -> Response[str]:
    """A refusal put where the page shows its notices."""
    text = render_block(ENVIRONMENT, "problem.html", "notice", {"said": said, "wrong": wrong})
    response = html(text, status)
    response.headers.update({"HX-Retarget": "#notice", "HX-Reswap": "innerHTML"})
    return response


def problem(
    request: AnyRequest, said: str, wrong: list[str], status: int, english: bool
) -> Response[str]:
    """A refusal as a page of its own, with a way back."""
    given = {
        "said": said,
        "wrong": wrong,
        "english": english,
        "caller": request.scope["state"].get("caller"),
        "csrf": "",
        "demo": False,
        "path": request.url.path,
    }
    return html(ENVIRONMENT.get_template("problem.html").render(given), status)


def html(text: str, status: int = 200) -> Response[str]:
    return Response(text, status_code=status, media_type=MediaType.HTML)
