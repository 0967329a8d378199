"""Loads by bench_load on one server or two, alternately, and a line for each; and single requests."""

import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from launcher import ACCESS_KEY, SECRET_KEY
from wire import Client

KIB, MIB = 1024, 1024 * 1024
SIZES = {"4 KiB": 4 * KIB, "1 MiB": MIB, "64 MiB": 64 * MIB}
KEYS = {4 * KIB: 64, MIB: 32, 64 * MIB: 4}  # how many there are of each size


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Requests:
    """Single requests to a server on one connection, timed."""

    def __init__(self, server):
        self.client = Client(server)
        self.connection = self.client.wire(timeout=600)

    def ask(self, method, path, query="", body=b"", **more):
        """The answer, and its milliseconds."""
        request = self.client.request(method, path, query, body=body, **more)
        started = time.perf_counter()
        answer = self.connection.send(request.bytes()).read(method)
        took = (time.perf_counter() - started) * 1000
        assert answer.status in (200, 204, 206), answer
        return answer, took

    def close(self):
        self.connection.close()


def add_options(parser):
    parser.add_argument("--seconds", type=float, default=3, help="of each run (3)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each server a row; medians are shown (3)")
    parser.add_argument("--only", nargs="+", metavar="WORD", help="only rows whose name has all these words: GET 4, list, memory")


def processor_seconds(pid):
    """What a process has taken so far, all threads together; without its children."""
    fields = Path("/proc/%d/stat" % pid).read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Bench:
    def __init__(self, arguments):
        self.arguments = arguments
        self.loader = str(Path(arguments.build, "tests/bench/bench_load"))

    def load(self, server, kind, connections, **more):
        """One run of the load program: its figures by name."""
        command = [self.loader, "--kind", kind, "--port", str(server.port), "--connections", str(connections),
                   "--seconds", str(self.arguments.seconds)]
        for name, value in more.items():
            command += ["--" + name.replace("_", "-")] + ([] if value is True else [str(value)])
        if getattr(server, "plain", False):
            command.append("--plain")
        environment = dict(os.environ, BENCH_ACCESS_KEY=ACCESS_KEY, BENCH_SECRET_KEY=SECRET_KEY)
        before = processor_seconds(server.process.pid)
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if not done.stdout:
            raise SystemExit("bench: %s: %s" % (" ".join(command), done.stderr.strip()))
        words = done.stdout.split()
        figures = {name: float(value) for name, value in zip(words[::2], words[1::2])}
        figures["cpu_us"] = (processor_seconds(server.process.pid) - before) * 1e6 / max(1, figures["requests"])
        if figures["errors"]:
            print("bench: %d of %d requests were refused, the last with %d: %s" % (
                figures["errors"], figures["requests"], figures["last_error"], " ".join(command)), file=sys.stderr)
        return figures

    def fill(self, server):
        """The objects of each size that rows() reads."""
        for first, size in enumerate(SIZES.values()):
            self.load(server, "put", 4, size=size, keys=KEYS[size], first_key=first * 1000, requests=KEYS[size])

    def wanted(self, name):
        return not self.arguments.only or all(word.lower() in name.lower() for word in self.arguments.only)

    def medians(self, loads):
        """Runs each load, which is (server, kind, connections, more), in turn, as often as there are rounds."""
        runs = [[] for _ in loads]
        for _ in range(self.arguments.rounds):
            for load, figures in zip(loads, runs):
                server, kind, connections, more = load
                figures.append(self.load(server, kind, connections, **more))
        return [{figure: statistics.median(run[figure] for run in figures) for figure in figures[0]} for figures in runs]

    def row(self, name, servers, kind, connections, **more):
        """Prints the rate of each server and their ratio."""
        if self.wanted(name):
            unit = "MB/s" if more.get("size", 0) >= MIB else "requests/s"
            self.show(name, self.medians([(server, kind, connections, more) for server in servers]), unit)

    def rows(self, name, servers, kind, first_key=0):
        """A row for each size, at 1 and 32 connections."""
        for first, (size_name, size) in enumerate(SIZES.items()):
            for connections in 1, 32:
                self.row(name % size_name + ", %d conn" % connections, servers, kind, connections,
                         size=size, keys=KEYS[size], first_key=first_key + first * 1000)

    def beside(self, name, gateway, connections, one, other):
        """Two loads of the gateway, each (kind, more): their rates and, which a busy machine disturbs less, the processor's
        time that the gateway takes for a request."""
        if not self.wanted(name):
            return
        requests = int(self.arguments.seconds * 20000)
        medians = self.medians([(gateway, kind, connections, {"requests": requests, **more}) for kind, more in (one, other)])
        rates, costs = [[figures[name] for figures in medians] for name in ("requests/s", "cpu_us")]
        print("%-44s %14s %14s %7.2f   %5.1f and %5.1f us of processor: %.2f" % (
            name, *("%.0f /s" % rate for rate in rates), rates[0] / rates[1], *costs, costs[0] / costs[1]), flush=True)

    @staticmethod
    def show(name, medians, unit):
        rates = [figures[unit] for figures in medians]
        unit = unit.replace("requests", "")
        ratio = "%.2f" % (rates[0] / rates[1]) if len(rates) > 1 and rates[1] else "-"
        other = "%.0f %s" % (rates[1], unit) if len(rates) > 1 else "-"
        times = ["%.2f" % (medians[0][figure] / 1000) if medians[0]["requests"] else "-" for figure in ("median_us", "p99_us")]
        print("%-44s %14s %14s %7s %9s %9s" % (name, "%.0f %s" % (rates[0], unit), other, ratio, *times), flush=True)
