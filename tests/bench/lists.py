"""The desk's list of everybody who registered: its first page, and a search through all of them."""

from collections.abc import Callable, Iterator

from tests.bench.client import Visitor
from tests.bench.scale import Scale
from tests.bench.seeding import CROWD
from tests.bench.stage import Served, Stage, event_id_of, sign_in, told_by
from tests.bench.table import Row, Sample, interleaved

TITLE = "The desk's list"


def measure(stage: Stage, scale: Scale) -> Iterator[Row]:
    folder, plain = stage.seeded(people=scale.people), stage.new_folder() / "plain.db"
    told_by("tests.bench.baselines", "people", plain, scale.people)
    with stage.house(folder) as house:
        cookie, path = sign_in(house), f"/desk/events/{event_id_of(folder, CROWD)}/registrations"
        first, found, last = interleaved(
            scale.rounds,
            _shown(house, path, cookie),
            _shown(house, f"{path}?q=guest77", cookie),
            _shown(house, f"{path}?page=999999", cookie),
        )
        (beside,) = interleaved(scale.rounds, lambda: told_by("tests.bench.baselines", "search", plain))
    than = "raw sqlite3: every plain row read and compared"
    what = f"list of {scale.people:,}"
    yield Row(f"{what}, first page: CPU", first["cpu"], beside["cpu"], "ms", than)
    yield Row(f"{what}, last page: CPU", last["cpu"], beside["cpu"], "ms", than)
    yield Row(f"{what}, searched: CPU", found["cpu"], beside["cpu"], "ms", than)


def _shown(house: Served, path: str, cookie: str) -> Callable[[], Sample]:
    def act() -> Sample:
        before = house.cpu()
        with Visitor(house.port, cookie=cookie) as visitor:
            answer = visitor.get(path)
        if answer.status != 200:
            raise RuntimeError(f"the list was answered with {answer.status}")
        return {"cpu": 1e3 * (house.cpu() - before)}

    act()
    return act
