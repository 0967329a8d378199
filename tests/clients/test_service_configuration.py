"""The configuration's part in rules for the whole service: what stops the start, what is only told, what SIGHUP does, and
what which level of the log says."""

import http.client
import itertools
import os
import signal
import subprocess
import textwrap
import threading

import pytest

import answers
from answers import ask, build, send_on
from launcher import Gateway, build_folder, clean_environment, program, wait_until
from log_lines import fields_of, lines_about, refusals_of, sentences_about
from readme import README
from wire import Wire

SITE = "https://ui.example.com"
RULES = "[cors]\nallowed_origin = %s\n" % SITE


def preflight(gateway, origin=SITE, method="GET", headers=None):
    return answers.preflight(gateway, "/bucket/key", origin, method, headers)


def told(gateway, level):
    """What the log says of the configuration at that level."""
    lines = [fields_of(line) for line in gateway.log_text().splitlines() if " event=configuration " in line]
    return [line["warning" if level == "warn" else "notice"] for line in lines if line["level"] == level]


# faults.

FAULTS = {
    "bad boolean": ("[cors]\nallow_credentials = perhaps\n", ":2: [cors] allow_credentials: 'perhaps' "),
    "bad integer": ("[cors]\n\nmax_age = 1h\n", ":3: [cors] max_age: '1h' "),
    "negative age": ("[cors.x]\nmax_age = -1\n", ":2: [cors.x] max_age: '-1' "),
    "no token for a header": ("[cors]\nexpose_headers = ETag,a b\n", ":2: [cors] expose_headers: 'a b' "),
    "no token for a request header": ("[cors]\nallow_headers =\n  x\n  a(b\n", ":2: [cors] allow_headers: 'a(b' "),
    "odd characters in a method": ("[cors]\nallow_methods = GE T\n", ":2: [cors] allow_methods: 'GE T' "),
    "list that no answer can carry": ("[cors]\nexpose_headers = %s\n" % ("x," * 2100), ":2: [cors] expose_headers: 'x,x,"),
    "section twice": (RULES + RULES, ":3: [cors]: the section stands on line 1 already"),
    "named section twice": ("[cors.a]\n[cors.b]\n[cors.a]\n", ":3: [cors.a]: the section stands on line 1 already"),
    "filter without an origin": (
        "[filter:cors]\npaste.filter_factory = oslo_middleware.cors:filter_factory\n",
        ":1: [filter:cors]: allowed_origin or oslo_config_project is required"),
    "no ini file": ("[cors]\nallowed_origin\n", ":2: neither a section nor a setting"),
    "setting that is none": (RULES + "[crossgate]\nspeed = 1\n", ":4: [crossgate] speed: no such setting"),
    "NUL": ("[cors]\nallowed_origin = \0\n", ":2: a NUL byte"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_stops_the_start(tmp_path, fault):
    text, said = FAULTS[fault]
    path = tmp_path / "crossgate.ini"
    path.write_text(text)
    done = subprocess.run([program(), "serve", "--config", str(path), "--data", str(tmp_path / "store")],
                          env=clean_environment(), capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    line, = done.stderr.splitlines()
    assert line.startswith("crossgate: %s%s" % (path, said))
    assert not (tmp_path / "store").exists()


def test_fault_is_told_without_control_characters(tmp_path):
    path = tmp_path / "crossgate.ini"
    path.write_text("[crossgate]\n\x1b[2Jspeed = 1\n")
    done = subprocess.run([program(), "serve", "--config", str(path), "--data", str(tmp_path / "store")],
                          env=clean_environment(), capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (2, "crossgate: %s:2: [crossgate] \\u{1B}[2Jspeed: no such setting\n" % path)


@pytest.mark.parametrize("name,said", [("nothing", "No such file or directory"), (".", "Is a directory")])
def test_file_that_cannot_be_read(tmp_path, name, said):
    path = os.path.join(str(tmp_path), name)
    done = subprocess.run([program(), "serve", "--config", path, "--data", str(tmp_path / "store")],
                          env=clean_environment(), capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (2, "crossgate: %s: cannot be read: %s\n" % (path, said))


# what is only told.

WARNINGS = {
    "origin with a path": ("[cors]\nallowed_origin = https://a.example/x\n", ":2: [cors] allowed_origin 'https://a.example/x'"),
    "origin with a slash": ("[cors]\nallowed_origin = https://a.example/\n", ":2: [cors] allowed_origin 'https://a.example/'"),
    "partial wildcard": ("[cors]\nallowed_origin = *.openstack.org\n", ":2: [cors] allowed_origin '*.openstack.org'"),
    "no scheme": ("[cors]\nallowed_origin = a.example\n", ":2: [cors] allowed_origin 'a.example'"),
    "null": ("[cors]\nallowed_origin = null\n", ":2: [cors] allowed_origin 'null'"),
    "origin twice": (RULES + "[cors.a]\nallowed_origin = https://b.example,%s\n" % SITE,
                     "Allowed origin [%s] already exists, skipping" % SITE),
    "section without an origin": ("[cors.a]\nmax_age = 1\n", ":1: [cors.a] "),
    "unknown option": (RULES + "allow_origin = x\n", ":3: [cors] "),
    "credentials for all": ("[cors]\nallowed_origin = *\nallow_credentials = True\n", ":3: [cors] allow_credentials "),
    "option twice": (RULES + "max_age = 1\nmax_age = 2\n", ":1: [cors] max_age is given more than once"),
    "section without a meaning": ("[crossgate]\n[cross]\nlisten = x:1\n", ":2: [cross] has no meaning here"),
}


@pytest.mark.parametrize("warning", WARNINGS)
def test_warning(new_gateway, tmp_path, warning):
    text, said = WARNINGS[warning]
    line, = told(new_gateway(text), "warn")
    assert line.startswith(str(tmp_path / "crossgate.ini") + ":")
    assert said in line


def test_normalised_origin_is_a_notice(new_gateway):
    gateway = new_gateway("[cors]\nallowed_origin = HTTPS://A.example:443, http://b.example:80, https://c.example:80\n")
    assert told(gateway, "warn") == []
    first, second = told(gateway, "info")
    assert ":2: [cors] allowed_origin 'HTTPS://A.example:443' " in first
    assert ":2: [cors] allowed_origin 'http://b.example:80' " in second
    for origin in ("https://a.example", "http://b.example", "https://c.example:80"):
        assert preflight(gateway, origin).access_control()["Allow-Origin"] == origin
    for origin in ("https://a.example:443", "HTTPS://A.example:443", "https://c.example"):
        assert preflight(gateway, origin).status == 403


def test_nothing_is_told_of_what_is_well(new_gateway):
    gateway = new_gateway(RULES + "[crossgate]\nworkers = 2\n[app:main]\nx = 1\n[server:main]\nport = 1\n")
    assert "event=configuration" not in gateway.log_text()


def test_longest_lists_fit_into_one_answer(new_gateway):
    longest = ",".join("x-header-%05d" % number for number in range(273))
    assert 4080 < len(longest) <= 4096
    gateway = new_gateway(RULES + "".join(
        "%s = %s\n" % (name, longest) for name in ("expose_headers", "allow_methods", "allow_headers")))
    allowed = preflight(gateway, method=None).access_control()
    assert allowed["Expose-Headers"] == allowed["Allow-Methods"] == allowed["Allow-Headers"] == longest


# SIGHUP.


def reload(gateway, path, text, said):
    """The new text in place of the old, and SIGHUP; when the log has said that, the lines since."""
    before = len(gateway.log_text())
    if text is None:
        path.unlink()
    else:
        path.with_suffix(".new").write_text(text)
        path.with_suffix(".new").rename(path)
    gateway.process.send_signal(signal.SIGHUP)
    return wait_until(lambda: 'event="%s"' % said in gateway.log_text()[before:] and gateway.log_text()[before:], 20, said)


def test_reload(new_gateway, tmp_path):
    path = tmp_path / "crossgate.ini"
    gateway = new_gateway("[crossgate]\n")
    answer = preflight(gateway)
    assert (answer.status, answer.vary()) == (403, [])

    reload(gateway, path, RULES + "max_age = 1\n", "settings read again")
    answer = preflight(gateway)
    assert (answer.status, answer.access_control()["Max-Age"]) == (200, "1")

    reload(gateway, path, RULES + "max_age = 2\n[x]\n", "settings read again")
    assert preflight(gateway).access_control()["Max-Age"] == "2"
    assert told(gateway, "warn") == ["%s:4: [x] has no meaning here" % path]

    reload(gateway, path, "[cors]\nallowed_origin = https://other.example\n", "settings read again")
    assert preflight(gateway).status == 403
    assert preflight(gateway, "https://other.example").status == 200

    reload(gateway, path, "", "settings read again")
    answer = preflight(gateway, "https://other.example")
    assert (answer.status, answer.vary()) == (403, [])


@pytest.mark.parametrize("fault", [*FAULTS, "no file"])
def test_reload_of_a_faulty_file(new_gateway, tmp_path, fault):
    path = tmp_path / "crossgate.ini"
    text, said = FAULTS.get(fault, (None, ": cannot be read: No such file or directory"))
    gateway = new_gateway(RULES)
    since = reload(gateway, path, text, "settings not read again")
    line = fields_of(next(line for line in since.splitlines() if 'event="settings not read again"' in line))
    assert line["level"] == "error"
    assert line["why"].startswith(str(path) + said)
    assert preflight(gateway).access_control()["Allow-Origin"] == SITE
    reload(gateway, path, "[cors]\nallowed_origin = https://other.example\n", "settings read again")
    assert preflight(gateway).status == 403


def test_reload_under_load(new_gateway, tmp_path):
    """Each answer is of one configuration alone, and on open connections the next one counts too."""
    path = tmp_path / "crossgate.ini"
    texts = [RULES + "max_age = %d\nallow_methods = GET,%s\n" % (age, method) for age, method in ((1, "PUT"), (2, "POST"))]
    gateway = new_gateway(texts[0])
    found, stop = [], threading.Event()

    def keep_asking():
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=60)
        while not stop.is_set():
            answer = send_on(connection, build(gateway, "OPTIONS", "/bucket/key", headers=[
                ("Origin", SITE), ("Access-Control-Request-Method", "GET")]))
            allowed = answer.access_control()
            found.append((answer.status, allowed.get("Max-Age"), allowed.get("Allow-Methods")))
        connection.close()

    threads = [threading.Thread(target=keep_asking) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for number in range(20):
            reload(gateway, path, texts[(number + 1) % 2], "settings read again")
            assert preflight(gateway).access_control()["Max-Age"] == "21"[number % 2]
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert set(found) == {(200, "1", "GET,PUT"), (200, "2", "GET,POST")}


def resident(gateway):
    """Memory in bytes."""
    with open("/proc/%d/status" % gateway.process.pid) as status:
        return 1024 * int(next(line for line in status if line.startswith("VmRSS:")).split()[1])


@pytest.mark.skipif("-" in build_folder().name, reason="a sanitizer keeps what was freed for a while")
def test_reloads_take_no_memory(new_gateway, tmp_path):
    """Each configuration is several megabytes of memory, and only the one in force is kept."""
    path = tmp_path / "crossgate.ini"
    text = RULES + "[cors.more]\nallowed_origin =\n" + "".join(
        " %s\n" % ",".join("http://%x" % number for number in range(start, start + 1000)) for start in range(0, 40000, 1000))
    gateway = new_gateway(text)
    for _ in range(3):
        reload(gateway, path, text, "settings read again")
        assert preflight(gateway).status == 200
    before = resident(gateway)
    for _ in range(12):
        reload(gateway, path, text, "settings read again")
        assert preflight(gateway, "http://1f").status == 200
    assert resident(gateway) - before < 16 * 1024 * 1024


# the README.


def test_example_of_the_readme(new_gateway):
    """Nothing is told of it, and it does what its remarks say."""
    lines = README.split("\n    [crossgate]\n")[1].splitlines()
    example = "    [crossgate]\n" + "\n".join(itertools.takewhile(lambda line: not line.startswith("An origin"), lines))
    gateway = new_gateway(textwrap.dedent(example))
    assert "event=configuration" not in gateway.log_text()
    for site in ("https://console.example.com", "https://www.example.com"):
        assert preflight(gateway, site, "PUT", "authorization,x-amz-date,content-type").access_control() == {
            "Allow-Origin": site, "Allow-Credentials": "true", "Allow-Methods": "GET,HEAD,PUT,POST,DELETE",
            "Allow-Headers": "authorization,x-amz-date,content-type", "Max-Age": "600"}
        assert ask(gateway, "GET", "/", headers=[("Origin", site)]).access_control() == {
            "Allow-Origin": site, "Allow-Credentials": "true",
            "Expose-Headers": "ETag,x-amz-checksum-crc32,x-amz-request-id,x-amz-version-id"}
    site = "https://reports.example.com"
    assert preflight(gateway, site, "GET").access_control() == {
        "Allow-Origin": site, "Allow-Credentials": "true", "Allow-Methods": "GET,HEAD", "Max-Age": "600"}
    assert preflight(gateway, site, "PUT").status == 403
    assert ask(gateway, "GET", "/", headers=[("Origin", site)]).access_control() == {
        "Allow-Origin": site, "Allow-Credentials": "true"}


# levels.


def test_level_info_has_no_sentences(new_gateway):
    gateway = new_gateway(RULES)
    answer = preflight(gateway, "http://example.com")
    assert len(refusals_of(gateway, answer)) == 1
    assert sentences_about(gateway, answer) == []
    assert "not permitted" not in gateway.log_text()
    for answer in (preflight(gateway), preflight(gateway, method=None),
                   ask(gateway, "GET", "/bucket/key", headers=[("Origin", SITE)]), ask(gateway, "GET", "/")):
        assert refusals_of(gateway, answer) == []


def test_level_warn_says_nothing(new_gateway):
    gateway = new_gateway(RULES, "--log-level", "warn")
    preflight(gateway, "http://example.com")
    ask(gateway, "GET", "/", headers=[("Origin", "http://example.com")])
    assert gateway.log_text() == ""


def test_refusals_without_any_rules(new_gateway):
    gateway = new_gateway("", "--log-level", "debug")
    for path, failed in (("/bucket/key", "no bucket"), ("/", "no rules")):
        for event, method in (("cors refused", "OPTIONS"), ("cors not granted", "GET")):
            answer = ask(gateway, method, path, headers=[("Origin", SITE)])
            assert answer.vary() == []
            assert refusals_of(gateway, answer) == [
                {"event": event, "bucket": path.split("/")[1], "origin": SITE, "failed": failed, "value": ""}]
            assert sentences_about(gateway, answer) == ["CORS request from origin '%s' not permitted." % SITE]
    assert refusals_of(gateway, ask(gateway, "GET", "/bucket/key")) == []


# What a client writes stays on its line and in its field.

HOSTILE = {
    "quotes": "it's \"so\" \\",
    "fields": "x status=200 level=error event=stopping",
    "UTF-8": "https://\xc3\xa4.example",
    "bytes": "\x80\xff\x85\xa0",
    "tab": "a\tb",
    "format": "%s%n%d",
    "256 bytes": "a" * 256,
    "257 bytes": "a" * 257,
    "10 KB": "https://" + "a" * 10000,
    "10 KB to be escaped": "\xff" * 10000,
}
SENTENCES = {
    "origin": "CORS request from origin '%s' not permitted.",
    "method": "Request method '%s' not in permitted list: PUT",
    "header": "Request header '%s' not in permitted list: x-other",
}


def shown(text):
    """A value as sentences have it."""
    escaped = "".join("\\'" if c == "'" else c if " " <= c <= "~" else "\\x%02X" % ord(c) for c in text[:256])
    return escaped + ("..." if len(text) > 256 else "")


@pytest.fixture(scope="module")
def talkative(tmp_path_factory):
    folder = tmp_path_factory.mktemp("talkative")
    (folder / "crossgate.ini").write_text(RULES + "allow_methods = PUT\nallow_headers = x-other\n")
    gateway = Gateway(folder / "store", ["--config", str(folder / "crossgate.ini"), "--log-level", "debug"]).start()
    yield gateway
    assert gateway.running()
    gateway.kill()


def ask_with(gateway, kind, value):
    """A preflight in which that value is what is refused."""
    return preflight(gateway, value if kind == "origin" else SITE, value if kind == "method" else "PUT",
                     value if kind == "header" else None)


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("kind", SENTENCES)
def test_hostile_value(talkative, kind, hostile):
    value = HOSTILE[hostile]
    answer = ask_with(talkative, kind, value)
    assert answer.status in (400, 403)
    fields, = refusals_of(talkative, answer)
    assert list(fields) == ["event", "bucket", "origin", "failed", "value"]
    assert (fields["event"], fields["bucket"], fields["failed"]) == ("cors refused", "bucket", kind)
    sentence, = sentences_about(talkative, answer)
    assert sentence.startswith(SENTENCES[kind] % shown(value))
    for line in lines_about(talkative, answer):
        assert line.startswith("time=20") and len(line) < 8192
        assert all(" " <= c <= "~" for c in line)


@pytest.mark.parametrize("kind", SENTENCES)
@pytest.mark.parametrize("value", ["\x1b[31m", "a\x00b", "a\rb", "\x7f"])
def test_control_characters_are_refused_at_once(talkative, kind, value):
    with Wire(talkative.port) as wire:
        names = {"origin": "Origin", "method": "Access-Control-Request-Method", "header": "Access-Control-Request-Headers"}
        wire.send(b"OPTIONS /bucket/key HTTP/1.1\r\nHost: x\r\n%s: %s\r\n\r\n" % (
            names[kind].encode(), value.encode("latin-1")))
        assert wire.read("OPTIONS").status == 400
    assert value not in talkative.log_text()


@pytest.mark.parametrize("kind", SENTENCES)
@pytest.mark.parametrize("query", [
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0123abcd", "AWSAccessKeyId=A&Expires=1&Signature=0123abcd"])
def test_signature_of_a_presigned_url(talkative, kind, query):
    """Wherever a client may put one."""
    answer = ask_with(talkative, kind, "https://a.example/key?" + query)
    assert answer.status in (400, 403)
    answer = ask(talkative, "OPTIONS", "/bucket/key", query, [("Origin", "http://example.com")])
    assert answer.status == 403
    for line in lines_about(talkative, answer):
        assert "Expires" not in line and "Algorithm" not in line
    assert "0123abcd" not in talkative.log_text()
