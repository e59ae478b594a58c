"""How a result says where it came from, in plain text that travels inside exported files."""

from __future__ import annotations

import json

from studio import __version__
from studio.core.latent import Recipe
from studio.core.recipe_file import recipe_to_json

KEY = "atelier"
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def record(recipe: Recipe) -> str:
    """The recipe, the program and the kind of source, as one line of JSON."""
    return json.dumps(
        {
            "app": f"Atelier {__version__}",
            "digitalSourceType": SOURCE_TYPE,
            "recipe": recipe_to_json(recipe),
        }
    )
