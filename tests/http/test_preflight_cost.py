"""What a preflight costs beside the processor's time: no access to a disk, no lock, no hand-over to another thread."""

import collections
import re
import shutil
import struct
import subprocess
import warnings
from pathlib import Path

import pytest

from launcher import CLUSTER, Gateway, build_folder, wait_until
from wire import Client

PREFLIGHTS = 200
RULE = ("<CORSRule>%s<AllowedMethod>PUT</AllowedMethod><AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader>"
        "</CORSRule>")
ORIGINS = ["".join("<AllowedOrigin>http://%02d-%02d.a</AllowedOrigin>" % (rule, number) for number in range(11))
           for rule in range(99)]
ONE = RULE % "<AllowedOrigin>http://app.example</AllowedOrigin>"
RULES = {"one rule": ONE, "100 rules": "".join(RULE % origins for origins in ORIGINS) + ONE}
# Waits for the next request, reads it, answers it, and says so in the log; LMDB asks whether it is still the same process.
# The heap may grow or shrink meanwhile.
ALLOWED = {"epoll_wait", "recvfrom", "sendmsg", "sendto", "write", "getpid", "brk", "mprotect", "madvise"}

pytestmark = [pytest.mark.skipif("-" in build_folder().name, reason="a sanitizer takes locks and asks the kernel itself"),
              pytest.mark.skipif(bool(CLUSTER), reason="on a cluster a worker looks whether it remembers the rules")]


def ask_often(client, bucket, origin="http://app.example", status=200):
    """Kept-alive preflights on one connection, and one before so that everything is at its place."""
    request = ("OPTIONS /%s/key HTTP/1.1\r\nHost: a\r\nOrigin: %s\r\nAccess-Control-Request-Method: PUT\r\n"
               "Access-Control-Request-Headers: content-type,x-amz-date\r\n\r\n" % (bucket, origin)).encode()
    with client.wire() as wire:
        assert wire.send(request).read().status == status
        yield
        for _ in range(PREFLIGHTS):
            assert wire.send(request).read().status == status
        yield


def put_rules(client, bucket, rules):
    document = "<CORSConfiguration>%s</CORSConfiguration>" % RULES[rules]
    answer = client.send("PUT", "/" + bucket, "cors", body=document.encode())
    assert answer.status == 200, answer


# What it asks of the kernel.


@pytest.fixture
def trace(client, tmp_path):
    """trace(): begins to note the system calls of the gateway; the function that it gives ends that, with all calls."""
    if not shutil.which("strace"):
        warnings.warn("NOT TESTED: the system calls of a preflight, for want of strace")
        pytest.skip("no strace")
    running = []

    def begin():
        output = tmp_path / "calls"
        process = subprocess.Popen(["strace", "-f", "-o", str(output), "-p", str(client.server.process.pid)],
                                   stderr=subprocess.PIPE, text=True)
        running.append(process)
        said = process.stderr.readline()
        if "attached" not in said:
            warnings.warn("NOT TESTED: the system calls of a preflight: " + said.strip())
            pytest.skip(said.strip())

        def end():
            process.terminate()
            process.wait()
            return output.read_text(errors="replace").splitlines()

        return end

    yield begin
    for process in running:
        process.kill()
        process.wait()
        process.stderr.close()


def event_loops(client):
    tasks = Path("/proc/%d/task" % client.server.process.pid)
    return {task.name for task in tasks.iterdir() if (task / "comm").read_text().strip() == "MHD-worker"}


def names(calls, threads):
    """How often these threads began each call while they were watched; one that was under way before has another name."""
    found = collections.Counter()
    for line in calls:
        thread, name = re.match(r"(\d+) +(<\.\.\. )?(\w*)", line).group(1, 3)
        if thread in threads and "resumed>" not in line and name != "restart_syscall":
            found[name] += 1
    return found


@pytest.mark.parametrize("rules,origin,status", [
    ("one rule", "http://app.example", 200), ("100 rules", "http://app.example", 200),
    ("100 rules", "http://stranger.example", 403)])
def test_preflight_asks_the_kernel_for_nothing_but_its_connection_and_the_log(client, bucket, trace, rules, origin, status):
    put_rules(client, bucket, rules)
    steps = ask_often(client, bucket, origin, status)
    next(steps)
    end = trace()
    next(steps)
    calls = end()
    steps.close()

    seen = names(calls, event_loops(client))
    assert set(seen) <= ALLOWED, seen
    assert seen["recvfrom"] >= PREFLIGHTS and seen["sendmsg"] + seen["sendto"] >= PREFLIGHTS, seen
    written = [line for line in calls if re.match(r"\d+ +write\(", line)]
    assert all(re.match(r"\d+ +write\(2, \"time=", line) for line in written), written[:5]


def test_trace_would_show_an_access_to_the_disk(client, bucket, trace):
    """So that the test above cannot pass by seeing nothing."""
    end = trace()
    client.put(bucket, "key", b"some bytes")
    assert any("fdatasync(" in line or "msync(" in line for line in end())


# Which locks it takes.


@pytest.fixture(scope="module")
def counting_client(tmp_path_factory):
    """A client of a gateway whose locks are counted; `locks()` of it gives the program's own and those of its libraries."""
    folder = tmp_path_factory.mktemp("locks")
    library, counts = folder / "locks.so", folder / "counts"
    subprocess.run(["cc", "-D_GNU_SOURCE", "-O1", "-shared", "-fPIC", "-o", str(library),
                    str(Path(__file__).with_name("locks.c")), "-ldl"], check=True)
    counts.write_bytes(bytes(16))
    gateway = Gateway(folder / "store", environment={"LD_PRELOAD": str(library), "LOCKS_FILE": str(counts)}).start()
    client = Client(gateway)
    client.locks = lambda: struct.unpack("QQ", counts.read_bytes())
    assert client.send("PUT", "/locks").status == 200
    yield client
    gateway.kill()


@pytest.mark.parametrize("rules", RULES)
def test_preflight_takes_no_lock_of_its_own(counting_client, rules):
    """libmicrohttpd and OpenSSL take some, a loop's own or shared by readers: waiting would show above, as a futex."""
    put_rules(counting_client, "locks", rules)
    steps = ask_often(counting_client, "locks")
    next(steps)
    own, others = counting_client.locks()
    next(steps)
    own_after, others_after = counting_client.locks()
    steps.close()
    assert own_after - own <= 2, "more than the end of the connections before, which may fall in here"
    assert others_after > others, "nothing is counted"


def test_locks_of_the_program_would_be_counted(counting_client):
    own, _ = counting_client.locks()
    counting_client.put("locks", "key", b"an upload is handed to a worker")
    wait_until(lambda: counting_client.locks()[0] > own, 5, "the hand-over's lock is counted")
