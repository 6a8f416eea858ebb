"""Addresses of the REST interface, version 1."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from pilots.api.capacity import CapacityReports
from pilots.api.figures import Figures
from portal.shared.audience import Audience, open_to

app_name = "api"

for_software = open_to(Audience.API)
for_anyone = open_to(Audience.ANYONE)

urlpatterns = [
    path(
        "institutions/<str:number>/capacity-reports/",
        for_software(login_not_required(CapacityReports.as_view())),
        name="capacity_reports",
    ),
    path("figures/", for_software(login_not_required(Figures.as_view())), name="figures"),
    path("schema/", for_anyone(login_not_required(require_safe(SpectacularAPIView.as_view()))), name="schema"),
    path(
        "docs/",
        # Read only: the library's view has no template for an answer to OPTIONS.
        for_anyone(login_not_required(require_safe(SpectacularSwaggerSplitView.as_view(url_name="api:schema")))),
        name="documentation",
    ),
]
