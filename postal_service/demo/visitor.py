"""A browser without JavaScript: it keeps cookies, follows redirects and fills in forms."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Self

import httpx
from msgspec import Struct

Attributes = list[tuple[str, str | None]]


class Form(Struct):
    """One form of a page, with what a browser would send if nothing were changed."""

    action: str
    method: str
    fields: dict[str, str]


class Forms(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._select = self._textarea = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            method = given.get("method", "get").lower()
            self.found.append(Form(given.get("action", ""), method, {}))
        elif self.found and tag == "input":
            self._input(given)
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "textarea":
            self._textarea = given.get("name", "")
            self._set(self._textarea, "")
        elif tag == "option" and self._select:
            chosen = "selected" in given
            if chosen or self._select not in self.found[-1].fields:
                self._set(self._select, given.get("value", ""))

    def _input(self, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in ("checkbox", "radio"):
            if "checked" in given:
                self._set(given.get("name", ""), given.get("value", "on"))
        elif kind not in ("submit", "button"):
            self._set(given.get("name", ""), given.get("value", ""))

    def _set(self, name: str, value: str) -> None:
        if name and self.found:
            self.found[-1].fields[name] = value

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._set(self._textarea, data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""


class WentWrong(Exception):
    """A page answered with something else than it should."""


class Visitor:
    """One person at one browser."""

    def __init__(self, site: str) -> None:
        self._client = httpx.AsyncClient(
            base_url=site, follow_redirects=True, timeout=20, headers={"Accept": "text/html"}
        )
        self.page = ""

    @classmethod
    async def signed_in(cls, site: str, username: str, password: str) -> Self:
        visitor = cls(site)
        await visitor.open("/signin")
        await visitor.send("/signin", username=username, password=password)
        return visitor

    async def open(self, path: str) -> str:
        """Go to a page and return its text."""
        return self._read(await self._client.get(path))

    async def look(self, path: str) -> str:
        """Fetch a fragment without leaving the page."""
        page, found = self.page, await self.open(path)
        self.page = page
        return found

    async def post_fragment(self, path: str, fields: dict[str, str]) -> str:
        """Post a form as htmx does, without leaving the page."""
        page = self.page
        found = self._read(
            await self._client.post(path, data=fields, headers={"HX-Request": "true"})
        )
        self.page = page
        return found

    async def rule(self, act: str, **given: str) -> str:
        """Send the form of the page whose hidden field ``act`` says so."""
        for form in Forms(self.page).found:
            if form.fields.get("act") == act:
                return self._read(await self._client.post(form.action, data=form.fields | given))
        raise WentWrong(f"no form offers {act}")

    def forms(self, action: str) -> list[Form]:
        """The forms of the page that lead to an address ending in *action*."""
        return [form for form in Forms(self.page).found if form.action.endswith(action)]

    async def send(self, action: str, **given: str) -> str:
        """Fill in the first form that leads to *action* and send it."""
        forms = self.forms(action)
        if not forms:
            raise WentWrong(f"no form leads to {action}")
        data = forms[0].fields | given
        return self._read(await self._client.post(forms[0].action, data=data))

    async def send_json(self, path: str, body: object) -> dict[str, object]:
        """Send JSON as the page's own script would, with the form token of the page."""
        tokens = [form.fields["csrf"] for form in Forms(self.page).found if "csrf" in form.fields]
        response = await self._client.post(
            path,
            json=body,
            headers={"X-CSRF-Token": tokens[0], "Accept": "application/json"},
        )
        if response.status_code >= httpx.codes.BAD_REQUEST:
            raise WentWrong(f"{path}: {response.status_code} {response.text[:500]}")
        answer: dict[str, object] = response.json()
        return answer

    async def fetch(self, path: str) -> bytes:
        """The bytes of a paper."""
        response = await self._client.get(path)
        if response.status_code != httpx.codes.OK:
            raise WentWrong(f"{path}: {response.status_code}")
        return response.content

    def _read(self, response: httpx.Response) -> str:
        if response.status_code >= httpx.codes.BAD_REQUEST:
            raise WentWrong(f"{response.url}: {response.status_code} {response.text[-1500:]}")
        self.page = response.text
        return self.page

    async def close(self) -> None:
        await self._client.aclose()
