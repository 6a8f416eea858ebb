"""URL map."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.i18n import set_language

from pilots.web import capacity, figures, institutions, regions, roles
from pilots.web.people import accounts as person_accounts
from pilots.web.people import pages as people
from pilots.web.people import roles as person_roles
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
    path("people/", people.index, name="people"),
    path("people/new/", person_roles.new, name="person_new"),
    path("people/me/", people.me, name="my_roles"),
    path("people/<int:person_id>/", people.detail, name="person"),
    path("people/<int:person_id>/give/", person_roles.give, name="membership_give"),
    path(
        "people/<int:person_id>/memberships/<int:membership_id>/change/",
        person_roles.change,
        name="membership_change",
    ),
    path("people/<int:person_id>/memberships/<int:membership_id>/end/", person_roles.end, name="membership_end"),
    path("people/<int:person_id>/administration/", person_roles.grant, name="administration_grant"),
    path(
        "people/<int:person_id>/administration/<int:membership_id>/end/",
        person_roles.end_grant,
        name="administration_end",
    ),
    path("people/<int:person_id>/switch-off/", person_accounts.switch_off, name="account_switch_off"),
    path("people/<int:person_id>/switch-on/", person_accounts.switch_on, name="account_switch_on"),
    path("people/<int:person_id>/password/", person_accounts.new_password, name="account_reset_password"),
    path("roles/", roles.index, name="roles"),
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
