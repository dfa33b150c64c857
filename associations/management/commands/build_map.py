import gzip
import json

from django.core.management.base import BaseCommand

from advocacy_portal.lib.maps import paths_from_geojson
from associations.places.mapping import LAYERS, PATHS


class Command(BaseCommand):
    requires_system_checks = []
    help = "Make the map's paths (map_paths.json) from the boundary files. Run when the boundaries change."

    def handle(self, **options):
        layers = {name: json.loads(file.read_text(encoding="utf-8")) for name, file in LAYERS.items()}
        drawn = paths_from_geojson(layers)
        PATHS.write_text(
            json.dumps(drawn, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8"
        )
        for name in LAYERS:
            size = len(gzip.compress(json.dumps(drawn[name]).encode()))
            self.stdout.write(f"{name}: {len(drawn[name])} shapes, {size / 1000:.1f} kB compressed")
