"""The pages of many nodes from one process: a fleet to scrape without having one.

There are no threads and no sampler here: a node is read when its page is asked for, since
its readings are worked out, not waited for.
"""

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Protocol

from warpwatch.clock import Clock
from warpwatch.expo.negotiate import accepts_gzip, text_format
from warpwatch.exporter.era import Era
from warpwatch.exporter.identity import Naming
from warpwatch.exporter.page import Press, compress
from warpwatch.exporter.selection import Selection
from warpwatch.exporter.tally import Tally
from warpwatch.exporter.view import Arranger, View
from warpwatch.httpd import Request, Response, plain
from warpwatch.samples.entity import Device
from warpwatch.samples.sample import Reason
from warpwatch.samples.snapshot import Snapshot, State, silence
from warpwatch.sources.base import Source

WINDOW_SECONDS = 300.0
JSON = "application/json"


class Node(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def source(self) -> Source: ...

    def labels(self) -> Mapping[str, str]:
        """What service discovery says of the node: rack, board, …"""
        ...

    def down(self) -> bool:
        """Whether the node's exporter is to be seen as dead."""
        ...


class Around(Protocol):
    """What else there is to scrape of a fleet, its pages made by somebody else."""

    def places(self) -> Iterable[tuple[str, Mapping[str, str]]]:
        """The path of each page below its own, and what service discovery says of it."""
        ...

    def page(self, name: str) -> bytes | None:
        """None where nothing answers; KeyError where nothing ever did."""
        ...


class _Published:
    """A node with what is remembered of it from one scrape to the next."""

    def __init__(self, node: Node, selection: Selection, era: Era) -> None:
        self.node = node
        self.tallies: dict[Device, Tally] = {}
        self.cycles = 0
        self.press = Press(selection, era)
        self.arranger = Arranger(
            selection, Naming(era, node.name, pods=True, pod_labels=True), self.tally
        )

    def tally(self, device: Device) -> Tally:
        if device not in self.tallies:
            self.tallies[device] = Tally(WINDOW_SECONDS, WINDOW_SECONDS, longest=WINDOW_SECONDS)
        return self.tallies[device]


class FleetPages:
    """Answers `/node/NAME/metrics`, `/sd` (for Prometheus' http_sd) and `/`; and for whatever is
    `around`, by its kind, `/KIND/NAME/metrics` and `/sd/KIND`.
    """

    def __init__(
        self,
        nodes: Iterable[Node],
        selection: Selection,
        era: Era,
        clock: Clock,
        around: Mapping[str, Around] = MappingProxyType({}),
    ) -> None:
        self._selection = selection
        self._clock = clock
        self._nodes = {node.name: _Published(node, selection, era) for node in nodes}
        self._around = around

    async def answer(self, request: Request) -> Response:
        match request.path.strip("/").split("/"):
            case ["node", name, "metrics"] if name in self._nodes:
                return self._metrics(self._nodes[name], request)
            case ["sd", *kind]:
                return self._discovery(request, *kind)
            case [kind, name, "metrics"] if kind in self._around:
                return self._of_around(self._around[kind], name, request)
            case [""]:
                return self._index()
            case ["-", "healthy" | "ready"]:
                return plain("the simulated fleet is ready\n")
            case _:
                return plain("not found; there are /sd, /node/NAME/metrics and /\n", 404)

    def page(self, name: str) -> bytes:
        return self._print(self._nodes[name])

    def _metrics(self, published: _Published, request: Request) -> Response:
        if published.node.down():
            return _dead()
        return _page(self._print(published), request)

    @staticmethod
    def _of_around(around: Around, name: str, request: Request) -> Response:
        try:
            content = around.page(name)
        except KeyError:
            return plain(f"{name} does not run, or no longer\n", 404)
        return _dead() if content is None else _page(content, request)

    def _print(self, published: _Published) -> bytes:
        return published.press.print(self._view(published))

    def _view(self, published: _Published) -> View:
        began = self._clock.monotonic()
        source = published.node.source
        inventory = source.inventory()
        for device in published.tallies.keys() - set(inventory.devices):
            del published.tallies[device]
        states = tuple(self._state(published, source, device) for device in inventory.devices)
        published.cycles += 1
        snapshot = Snapshot(published.cycles, states, self._clock.monotonic() - began)
        return published.arranger.view(inventory.info, snapshot)

    def _state(self, published: _Published, source: Source, device: Device) -> State:
        report = source.read(device, self._selection.read)
        published.tally(device).add(report, self._clock.monotonic())
        failure = silence(report)
        return State(
            device=device,
            report=report,
            success=failure is None,
            age=0.0,
            hung=failure is Reason.TIMED_OUT,
            failure=failure,
        )

    def _discovery(self, request: Request, *kind: str) -> Response:
        if not kind:
            nodes = self._nodes.items()
            places = ((name, {"instance": name, **each.node.labels()}) for name, each in nodes)
            return _found(request, "/node", places)
        if len(kind) == 1 and kind[0] in self._around:
            return _found(request, f"/{kind[0]}", self._around[kind[0]].places())
        known = " and ".join(f"/sd/{each}" for each in self._around)
        return plain(f"not found; there are /sd, {known}\n", 404)

    def _index(self) -> Response:
        first = next(iter(self._nodes))
        around = "".join(f"/sd/{kind:<20} the same of {kind}\n" for kind in self._around)
        return plain(
            f"Simulated fleet of {len(self._nodes)} nodes: no number here is of a real GPU.\n"
            f"/sd                      targets, for http_sd_configs of Prometheus\n"
            f"{around}"
            f"/node/{first}/metrics   the page of one node\n"
        )


def _found(
    request: Request, under: str, places: Iterable[tuple[str, Mapping[str, str]]]
) -> Response:
    """One target group per page: all at this address, each under a path of its own."""
    host = request.headers.get("host", "127.0.0.1")
    groups = [
        {"targets": [host], "labels": {"__metrics_path__": f"{under}/{name}/metrics", **labels}}
        for name, labels in places
    ]
    return Response(json.dumps(groups).encode(), content_type=JSON)


def _page(content: bytes, request: Request) -> Response:
    headers = {}
    if accepts_gzip(request.headers.get("accept-encoding", "")):
        content = compress(content)
        headers["content-encoding"] = "gzip"
    chosen = text_format(request.headers.get("accept", ""))
    return Response(content, content_type=chosen.content_type, headers=headers)


def _dead() -> Response:
    return plain("nothing answers here, by an injected fault\n", 503)
