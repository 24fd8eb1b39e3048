"""How much is measured: enough to tell, a little for a look, or the big lists."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """rounds: of each pair, interleaved. people: on the list that is shown and exported. searched: on the list that is
    searched while visitors wait. events: in the feed. loaded: people at the event that stands beside a small one.
    pairs: requests about the known and the unknown. minutes: how long chaos lasts. slow: clients of each slow kind."""

    rounds: int = 3
    requests: int = 1500
    rendered: int = 150
    registrations: int = 60
    acts: int = 300
    crowd: int = 512
    people: int = 10_000
    searched: int = 10_000
    events: int = 1_000
    letters: int = 160
    starts: int = 3
    loaded: int = 5_000
    pairs: int = 300
    minutes: float = 10
    slow: int = 200


QUICK = Scale(
    rounds=1,
    requests=40,
    rendered=5,
    registrations=4,
    acts=10,
    crowd=80,
    people=300,
    searched=300,
    events=40,
    letters=20,
    starts=1,
    loaded=100,
    pairs=5,
    slow=0,
)
