"""Lets a page whose session ended carry on: is somebody signed in again, and with which form token?"""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@login_not_required
@never_cache
@require_safe
def session_state(request: HttpRequest) -> JsonResponse:
    """Return who is signed in (null for nobody) and the token that forms need now."""
    user = request.user.pk if request.user.is_authenticated else None
    return JsonResponse({"user": user, "token": get_token(request)})


@never_cache
@require_safe
def session_renewed(request: HttpRequest) -> HttpResponse:
    """Land here after signing in beside a waiting form: the page tells the other tab and closes itself."""
    return render(request, "errors/renewed.html.jinja")
