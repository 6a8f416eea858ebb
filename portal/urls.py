"""URL map."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.i18n import set_language

from pilots.web import capacity, figures, institutions, regions, trail
from pilots.web.sign_in import SignIn, home
from portal import health
from portal.shared.audience import Audience, open_to

urlpatterns = [
    path("", home, name="home"),
    path("regions/<str:code>/", regions.detail, name="region"),
    path("figures/<str:code>/", figures.detail, name="figure"),
    path("institutions/", institutions.index, name="institutions"),
    path("institutions/new/", institutions.new, name="institution_new"),
    path("institutions/<str:number>/", institutions.detail, name="institution"),
    path("institutions/<str:number>/report/", capacity.report, name="report_capacity"),
    path("institutions/<str:number>/reports/<int:report_id>/correct/", capacity.correct, name="correct_report"),
    path("institution/", capacity.mine, name="mine"),
    path("system/trail/", trail.index, name="trail"),
    path("system/trail/export/", trail.export, name="trail_export"),
    path("system/seals/", trail.seals, name="seals"),
    path("accounts/sign-in/", open_to(Audience.ANYONE)(SignIn.as_view()), name="sign_in"),
    path("accounts/sign-out/", open_to(Audience.SIGNED_IN)(LogoutView.as_view()), name="sign_out"),
    path("language/", open_to(Audience.ANYONE)(login_not_required(set_language)), name="set_language"),
    path("api/v1/", include("pilots.api.urls")),
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
]

handler400 = "portal.failures.bad_request"
handler404 = "portal.failures.not_found"
handler500 = "portal.failures.server_error"
