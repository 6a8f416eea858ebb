"""URL map."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from pilots.web import (
    capacity,
    closings,
    desk,
    disclosures,
    documents,
    figures,
    institutions,
    keys,
    mail_queue,
    regions,
    revocations,
    roles,
    target_proposals,
    targets,
    trail,
)
from pilots.web.people import accounts as person_accounts
from pilots.web.people import pages as people
from pilots.web.people import roles as person_roles
from pilots.web.second_factor import office_sign_in
from pilots.web.sign_in import SignIn, home
from pilots.web.timelines import proposal_timeline
from portal import health
from portal.approvals import web as approvals
from portal.shared.audience import Audience, open_to

sign_in = open_to(Audience.ANYONE)(SignIn.as_view())

urlpatterns = [
    path("", home, name="home"),
    path("regions/<str:code>/", regions.detail, name="region"),
    path("regions/<str:code>/sign-in/", office_sign_in, name="office_sign_in"),
    path("figures/<str:code>/", figures.detail, name="figure"),
    path("institutions/", institutions.index, name="institutions"),
    path("institutions/new/", institutions.new, name="institution_new"),
    path("institutions/<str:number>/", institutions.detail, name="institution"),
    path("institutions/<str:number>/close/", closings.close, name="institution_close"),
    path("institutions/<str:number>/report/", capacity.report, name="report_capacity"),
    path("institutions/<str:number>/reports/<int:report_id>/correct/", capacity.correct, name="correct_report"),
    path("institutions/<str:number>/contact/", disclosures.contact, name="institution_contact"),
    path("institutions/<str:number>/documents/add/", documents.add, name="document_add"),
    path("institutions/<str:number>/documents/<int:document_id>/", documents.download, name="document"),
    path(
        "institutions/<str:number>/documents/<int:document_id>/withdraw/", documents.withdraw, name="document_withdraw"
    ),
    path("institutions/<str:number>/keys/", keys.index, name="institution_keys"),
    path("institutions/<str:number>/keys/new/", keys.new, name="institution_key_new"),
    path("institutions/<str:number>/keys/<str:prefix>/issued/", keys.issued, name="institution_key_issued"),
    path("institutions/<str:number>/keys/<str:prefix>/rotate/", keys.rotate, name="institution_key_rotate"),
    path("institutions/<str:number>/keys/<str:prefix>/revoke/", keys.revoke, name="institution_key_revoke"),
    path(
        "institutions/<str:number>/operator-keys/<str:prefix>/revoke/",
        keys.revoke_of_operator,
        name="institution_operator_key_revoke",
    ),
    path("operators/<int:operator_id>/keys/", keys.index, name="operator_keys"),
    path("operators/<int:operator_id>/keys/new/", keys.new, name="operator_key_new"),
    path("operators/<int:operator_id>/keys/<str:prefix>/issued/", keys.issued, name="operator_key_issued"),
    path("operators/<int:operator_id>/keys/<str:prefix>/rotate/", keys.rotate, name="operator_key_rotate"),
    path("operators/<int:operator_id>/keys/<str:prefix>/revoke/", keys.revoke, name="operator_key_revoke"),
    path("institutions/<str:number>/revoke-designation/", revocations.revoke, name="revoke_designation"),
    path("targets/", targets.index, name="targets"),
    path("targets/<str:code>/propose/", target_proposals.propose, name="target_propose"),
    path("targets/<str:code>/<str:indicator>/<int:year>/", targets.detail, name="target"),
    path("proposals/", approvals.index, name="proposals"),
    path("proposals/<int:proposal_id>/", approvals.detail, {"timeline": proposal_timeline}, name="proposal"),
    path("institution/", capacity.mine, name="mine"),
    path("system/disclosures/", disclosures.index, name="disclosures"),
    path("accounts/sign-in/", sign_in, name="sign_in"),
    path("accounts/sign-in/", sign_in, name="account_login"),  # the name by which the library knows it
    path("accounts/", include("portal.accounts.urls")),
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
    path(
        "people/<int:person_id>/second-factor/", person_accounts.new_second_factor, name="account_reset_second_factor"
    ),
    path("people/<int:person_id>/identity/", person_accounts.identity, name="account_identity"),
    path("roles/", roles.index, name="roles"),
    path("desk/", desk.index, name="desk"),
    path("desk/read/", desk.read_all, name="messages_read"),
    path("desk/settings/", desk.preferences, name="desk_settings"),
    path("desk/messages/<int:message_id>/", desk.message, name="message"),
    path("desk/messages/<int:message_id>/read/", desk.read, name="message_read"),
    path("system/messages/", mail_queue.index, name="mail_queue"),
    path("system/messages/<int:delivery_id>/retry/", mail_queue.retry, name="mail_retry"),
    path("system/trail/", trail.index, name="trail"),
    path("system/trail/export/", trail.export, name="trail_export"),
    path("system/seals/", trail.seals, name="seals"),
    path("language/", open_to(Audience.ANYONE)(login_not_required(set_language)), name="set_language"),
    path("api/v1/", include("pilots.api.urls")),
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
]

handler400 = "portal.failures.bad_request"
handler404 = "portal.failures.not_found"
handler500 = "portal.failures.server_error"
