"""The two files by which telephones let an app open links: what Apple and Google ask a host for.

https://developer.apple.com/documentation/xcode/supporting-associated-domains
https://developer.android.com/training/app-links/verify-android-applinks
"""

import json
from collections.abc import Mapping

from pytracking.environment import Settings
from pytracking.handlers.http import Answer

PATHS = "/c/app/*"
"""The links that an app may open: those that were minted for it, and no others."""

_HEADERS = {
    "Content-Type": "application/json",
    "Cache-Control": "public, max-age=3600",
    "X-Content-Type-Options": "nosniff",
}


def files(settings: Settings) -> Mapping[str, Answer]:
    """Return the files of a deployment by the end of their path; none where there are no apps."""
    found: dict[str, object] = {}
    if settings.apple_app_ids:
        component = {"/": PATHS, "comment": "tracking links that were made for the app"}
        details = [{"appIDs": list(settings.apple_app_ids), "components": [component]}]
        found["/.well-known/apple-app-site-association"] = {"applinks": {"details": details}}
    if settings.android_apps:
        found["/.well-known/assetlinks.json"] = [
            {
                "relation": ["delegate_permission/common.handle_all_urls"],
                "target": {
                    "namespace": "android_app",
                    "package_name": package,
                    "sha256_cert_fingerprints": list(fingerprints),
                },
            }
            for package, fingerprints in settings.android_apps
        ]
    return {path: Answer(200, _HEADERS, json.dumps(document)) for path, document in found.items()}
