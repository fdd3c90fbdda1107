"""Static files under names that carry their content, so that browsers keep them for good."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage; the modules that our scripts import are renamed inside the scripts too."""

    support_js_module_import_aggregation = True
