"""Where the installations of a test are: on which database, with folders or an object store."""

from dataclasses import dataclass
from pathlib import Path

from pipeline_assets_tests.mysql_server import Server
from pipeline_assets_tests.object_stores import ObjectServer
from pipeline_assets_tests.workplace import Workplace


@dataclass(frozen=True)
class Sites:
    """Makes workplaces of one kind: `sqlite`, `mariadb` or `objects` (with SQLite)."""

    kind: str
    mariadb: Server | None = None
    objects: ObjectServer | None = None

    def create(self, root: Path) -> Workplace:
        """A new workplace in the folder `root`, which is made; what its runs print is kept."""
        root.mkdir()
        place = Workplace.create(root, keeps_logs=True)
        place.catalogue_url = self.mariadb.new_catalogue() if self.mariadb else ""
        place.bucket = self.objects.new_bucket() if self.objects else None
        return place
