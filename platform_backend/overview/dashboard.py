"""The browser dashboard: one page for all its addresses. It is built from platform_frontend/ into its folder dist/."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

BUILT: Path = settings.DASHBOARD


class DashboardView(View):
    """Whatever is no address of the API. The page decides by the address what to show, so that links lead into it."""

    def get(self, request: HttpRequest, path: str = "") -> HttpResponse:
        try:
            page = (BUILT / "index.html").read_bytes()
        except FileNotFoundError:
            answer = render(request, "overview/not_built.html")
        else:
            answer = HttpResponse(page)
        answer.headers["Cache-Control"] = "no-cache"  # so that a new build is seen at once
        return answer
