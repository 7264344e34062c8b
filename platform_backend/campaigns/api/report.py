"""The report of a campaign that is over, as a page or as Markdown."""

from typing import Final
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from campaigns.report.content import report_of
from campaigns.report.pages import as_html, as_markdown
from common import fields
from common.forms import Query
from common.roles import Role
from common.views import ApiView, operation

HTML: Final = "text/html"
MARKDOWN: Final = "text/markdown"


class ReportQuery(Query):
    format = fields.Choice(choices=("html", "markdown"), default="html", help_text="both need nothing else")


class HtmlRenderer(JSONRenderer):
    """Lets browsers ask for a page; a problem is told in JSON all the same."""

    media_type = HTML


class MarkdownRenderer(JSONRenderer):
    media_type = MARKDOWN


class CampaignReportView(ApiView):
    queries = {"get": ReportQuery}
    renderer_classes = (JSONRenderer, HtmlRenderer, MarkdownRenderer)

    @operation(
        "campaigns_report",
        role=Role.VIEWER,
        tags=["campaigns"],
        responses={
            (200, HTML): OpenApiResponse(OpenApiTypes.STR, "A page with its charts, to hand out."),
            (200, MARKDOWN): OpenApiResponse(OpenApiTypes.STR, "The same as Markdown."),
        },
    )
    def get(self, request: Request, campaign_id: UUID) -> HttpResponse:
        """What was planned, what came of it on each pod, and when, to hand out. 409 until the campaign is over."""
        report = report_of(campaign_id)
        is_html = self.query["format"] == "html"
        text, media_type, ending = (as_html(report), HTML, "html") if is_html else (as_markdown(report), MARKDOWN, "md")
        answer = HttpResponse(text, content_type=f"{media_type}; charset=utf-8")
        answer.headers["Content-Disposition"] = f'inline; filename="campaign-{report.name}.{ending}"'
        return answer
