r"""Django views that answer tracking links, as pytracking 0.2.2 has them.

    class Clicks(ClickTrackingView):
        def notify_tracking_event(self, tracking_result):
            send_webhook(tracking_result)

    urlpatterns = [re_path(r"^click/(?P<path>[\w=-]+)/?$", Clicks.as_view())]

Needs the extra ``pytracking-serverless[django]``: django and django-ipware.
"""

from typing import Unpack

from pytracking.configuration import Configuration, Keywords, get_configuration
from pytracking.errors import dependency
from pytracking.pixel import PNG_MIME_TYPE, TRACKING_PIXEL
from pytracking.results import TrackingResult

with dependency(
    "pytracking.django needs django and django-ipware: pip install django django-ipware"
):
    from django.conf import settings
    from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
    from django.views.generic import View
    from ipware import get_client_ip

__all__ = [
    "ClickTrackingView",
    "OpenTrackingView",
    "TrackingView",
    "get_configuration_from_settings",
    "get_request_data",
    "get_tracking_result",
]


class TrackingView(View):
    """What both views share. Override the ``notify_*`` methods to learn of a hit."""

    def notify_tracking_event(self, tracking_result: TrackingResult) -> None:
        """Called with the decoded link, before the visitor is answered."""

    def notify_decoding_error(self, exception: Exception, request: HttpRequest) -> None:
        """Called when a link cannot be decoded, before the visitor gets a 404."""

    def get_configuration(self) -> Configuration:
        """Return the configuration to decode with: by default that of the settings."""
        return get_configuration_from_settings()

    def _decoded(self, request: HttpRequest, path: str, *, is_open: bool) -> TrackingResult:
        configuration = self.get_configuration()
        try:
            return get_tracking_result(request, path, is_open, configuration)
        except Exception as error:
            self.notify_decoding_error(error, request)
            raise Http404 from error


class ClickTrackingView(TrackingView):
    """Redirects to the tracked URL (302); 404 for a link without one, or that is invalid."""

    def get(self, request: HttpRequest, path: str) -> HttpResponse:
        """Answer a click; ``path`` is the token, taken from the URL by the URLconf."""
        result = self._decoded(request, path, is_open=False)
        if not result.tracked_url:
            raise Http404
        self.notify_tracking_event(result)
        return HttpResponseRedirect(result.tracked_url)


class OpenTrackingView(TrackingView):
    """Answers with the tracking pixel; 404 for a link that is invalid."""

    def get(self, request: HttpRequest, path: str) -> HttpResponse:
        """Answer an open; ``path`` is the token, taken from the URL by the URLconf."""
        result = self._decoded(request, path, is_open=True)
        self.notify_tracking_event(result)
        return HttpResponse(TRACKING_PIXEL, content_type=PNG_MIME_TYPE)


def get_request_data(request: HttpRequest) -> dict[str, str | None]:
    """Return ``user_agent`` and ``user_ip`` of a request.

    The address is the one that django-ipware finds, which believes ``X-Forwarded-For`` and
    ``X-Real-IP``: right behind a proxy that sets them, forgeable without one.
    """
    address, _ = get_client_ip(request)
    return {"user_agent": request.META.get("HTTP_USER_AGENT"), "user_ip": address}


def get_configuration_from_settings(
    settings_name: str = "PYTRACKING_CONFIGURATION",
) -> Configuration:
    """Return the configuration in a setting of Django: a dict of ``Configuration``'s parameters."""
    return get_configuration(None, getattr(settings, settings_name))


def get_tracking_result(
    request: HttpRequest,
    path: str,
    is_open: bool,
    configuration: Configuration | None = None,
    **kwargs: Unpack[Keywords],
) -> TrackingResult:
    """Decode the link that a request asks for, with ``get_request_data`` attached.

    Args:
        request: the request; only its ``META`` is read.
        kwargs: parameters of ``Configuration`` that override those of ``configuration``.

    Raises:
        InvalidLink: damaged, forged, expired, or of a format that is not accepted.
    """
    configuration = get_configuration(configuration, kwargs)
    return configuration.get_tracking_result(path, get_request_data(request), is_open)
