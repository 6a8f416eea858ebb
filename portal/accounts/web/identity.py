"""Single sign-on by OpenID Connect: the way there and back."""

from typing import Any

from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from portal.accounts.freshness import note_proof
from portal.accounts.kept import keep_posted


class VerifyingAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth has no types
    """Checks the signature of the identity even where it came over a channel of our own.

    Inside a government network that channel is not always TLS to the issuer itself.
    """

    def __init__(self, request: HttpRequest, provider_id: str) -> None:
        super().__init__(request, provider_id)
        self.claims: dict[str, Any] = {}

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        config = self.openid_config
        found: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=config["jwks_uri"],
            issuer=config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        self.claims = found
        return found


@login_not_required
@require_POST
def leave(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send the browser to the service that knows the user.

    By a page that moves on by itself, not by a redirect: the policy against foreign form targets would stop that.
    """
    keep_posted(request)
    wanted = QueryDict(mutable=True)
    wanted.update({"process": "login"})  # never `connect`: accounts are given identities by administrators
    if next_page := request.POST.get("next"):
        wanted["next"] = next_page
    # The service asks again whoever proved it longer ago than a sign-in is fresh, and has to say when that was.
    asked = urlencode({"max_age": int(settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)})
    request.POST, request.GET = wanted, QueryDict(urlencode({"auth_params": asked}))  # type: ignore[assignment]
    try:
        response = OAuth2LoginView.adapter_view(VerifyingAdapter(request, provider_id))(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    except (RequestException, KeyError, ValueError):
        return _failure(request, status=502)
    if not isinstance(response, HttpResponseRedirect):
        return _failure(request, status=502)
    page = render(request, "socialaccount/leaving.html", {"address": response["Location"]})
    page["Refresh"] = f"0; url={response['Location']}"
    return page


@login_not_required
@require_safe
def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take the identity from the service and open its account."""
    try:
        adapter = VerifyingAdapter(request, provider_id)
        response: HttpResponse = OAuth2CallbackView.adapter_view(adapter)(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    except (KeyError, ValueError):  # an answer that is none of OpenID Connect
        return _failure(request, status=502)
    note_proof(request, adapter.claims)
    return response


@login_not_required
@require_safe
def failed(request: HttpRequest) -> HttpResponse:
    """The user turned back at the service."""
    return _failure(request, status=401)


def _failure(request: HttpRequest, *, status: int) -> HttpResponse:
    return render(request, "socialaccount/authentication_error.html", status=status)
