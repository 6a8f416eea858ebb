"""Addresses of the REST interface, version 1."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from pilots.api.capacity import CapacityReports
from pilots.api.figures import Figures

app_name = "api"

urlpatterns = [
    path(
        "institutions/<str:number>/capacity-reports/",
        login_not_required(CapacityReports.as_view()),
        name="capacity_reports",
    ),
    path("figures/", login_not_required(Figures.as_view()), name="figures"),
    path("schema/", login_not_required(SpectacularAPIView.as_view()), name="schema"),
    path("docs/", login_not_required(SpectacularSwaggerSplitView.as_view(url_name="api:schema")), name="documentation"),
]
