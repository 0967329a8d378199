"""OpenStack's guide to cross-origin resource sharing: its example configurations, its check with curl, and each of its
cases of trouble with exactly the line that it shows."""

import pytest

import answers
from answers import ask
from log_lines import sentences_about

SHARED = ("Content-Type", "Cache-Control", "Content-Language", "Expires", "Last-Modified", "Pragma", "X-Custom-Header")
GUIDE = """
[cors]
allowed_origin = https://first_ui.example.com
max_age = 3600
allow_methods = GET,POST,PUT,DELETE
allow_headers = {0}
expose_headers = {0}

[cors.ironic_webclient]
# CORS Configuration for a hypothetical ironic webclient, which overrides
# authentication
allowed_origin = https://ironic.example.com:443
allow_credentials = True

[cors.horizon]
# CORS Configuration for horizon, which uses global options.
allowed_origin = https://horizon.example.com:443

[cors.wildcard]
# CORS Configuration for the CORS specified domain wildcard, which only
# permits HTTP GET requests.
allowed_origin = *
allow_methods = GET
""".format(",".join(SHARED))
PASTE = """
[DEFAULT]
debug = False

[composite:main]
use = egg:Paste#urlmap
/: api

[pipeline:api]
pipeline = request_id cors
    app

[app:app]
paste.app_factory = example.api:app_factory

[filter:request_id]
paste.filter_factory = oslo_middleware:RequestId.factory

[filter:cors]
paste.filter_factory = oslo_middleware.cors:filter_factory
allowed_origin = https://website.example.com:443
max_age = 3600
allow_methods = GET,POST,PUT,DELETE
allow_headers = {0}
expose_headers = {0}
""".format(",".join(SHARED))
ALL = {"Allow-Credentials": "true", "Allow-Methods": "GET,POST,PUT,DELETE", "Max-Age": "3600"}
GATEWAY_ARGUMENTS = ["--log-level", "debug"]
GATEWAY_CONFIGURATION = GUIDE


def preflight(gateway, *asked):
    return answers.preflight(gateway, "/api", *asked)


@pytest.mark.parametrize("origin", [
    "https://first_ui.example.com", "https://ironic.example.com", "https://horizon.example.com"])
def test_named_origin(gateway, origin):
    """Also those that the guide writes with a port that browsers never send."""
    assert preflight(gateway, origin, "DELETE", "x-custom-header").access_control() == {
        "Allow-Origin": origin, "Allow-Headers": "x-custom-header", **ALL}
    answer = ask(gateway, "GET", "/api", headers=[("Origin", origin)])
    assert answer.access_control() == {
        "Allow-Origin": origin, "Allow-Credentials": "true", "Expose-Headers": ",".join(SHARED)}


@pytest.mark.parametrize("port", [443, 8080])
def test_browsers_send_no_superfluous_port(gateway, port):
    """What no section names is answered by that of the wildcard, which permits GET alone."""
    assert preflight(gateway, "https://horizon.example.com:%d" % port, "DELETE").status == 403
    assert preflight(gateway, "https://horizon.example.com:%d" % port, "GET").access_control()["Allow-Origin"] == "*"


@pytest.mark.parametrize("origin", ["https://anybody.example", "null", "http://first_ui.example.com"])
def test_wildcard(gateway, origin):
    """It only permits GET, with the headers of [cors], and never credentials."""
    assert preflight(gateway, origin, "GET", "X-Custom-Header").access_control() == {
        "Allow-Origin": "*", "Allow-Methods": "GET", "Allow-Headers": "X-Custom-Header", "Max-Age": "3600"}
    assert preflight(gateway, origin, "PUT").status == 403
    answer = ask(gateway, "GET", "/api", headers=[("Origin", origin)])
    assert answer.access_control() == {"Allow-Origin": "*", "Expose-Headers": ",".join(SHARED)}


def test_manually_constructed_request(gateway, curl):
    """curl -I -X OPTIONS … -H "Origin: …", as it stands in the guide."""
    answer = curl.plain("-I", "-X", "OPTIONS", gateway.endpoint + "/api", "-H", "Origin: https://first_ui.example.com")
    lines = answer.stdout.splitlines()
    assert lines[0] == "HTTP/1.1 200 OK"
    for line in ("Content-Length: 0", "Access-Control-Allow-Origin: https://first_ui.example.com",
                 "Access-Control-Allow-Methods: GET,POST,PUT,DELETE",
                 "Access-Control-Expose-Headers: " + ",".join(SHARED),
                 "Access-Control-Allow-Headers: " + ",".join(SHARED), "Access-Control-Max-Age: 3600"):
        assert lines.count(line) == 1, answer.stdout


# The log in cases of trouble, under configurations that bring about the guide's very lines.


def line_of(gateway, *asked):
    answer = preflight(gateway, *asked)
    assert (answer.status, answer.access_control()) == (403, {})
    sentence, = sentences_about(gateway, answer)
    assert any(line.endswith(" " + sentence) for line in gateway.log_text().splitlines())
    return sentence


def trouble(option):
    return "[crossgate]\nlog_level = debug\n[cors]\nallowed_origin = http://ui.example.com\n" + option


def test_trouble_with_the_origin(new_gateway):
    gateway = new_gateway(trouble(""))
    assert line_of(gateway, "http://example.com", "GET") == "CORS request from origin 'http://example.com' not permitted."


def test_trouble_with_the_method(new_gateway):
    gateway = new_gateway(trouble("allow_methods = GET,PUT,POST\n"))
    assert line_of(gateway, "http://ui.example.com", "DELETE") == (
        "Request method 'DELETE' not in permitted list: GET,PUT,POST")


def test_trouble_with_a_header(new_gateway):
    gateway = new_gateway(trouble("allow_headers = X-Other-Header\n"))
    assert line_of(gateway, "http://ui.example.com", "GET", "X-Custom-Header") == (
        "Request header 'X-Custom-Header' not in permitted list: X-Other-Header")


# PasteDeploy.


def test_paste(new_gateway):
    gateway = new_gateway(PASTE, "--log-level", "debug")
    origin = "https://website.example.com"
    assert preflight(gateway, origin, "DELETE", "x-custom-header").access_control() == {
        "Allow-Origin": origin, "Allow-Headers": "x-custom-header", **ALL}
    assert preflight(gateway, "https://other.example.com", "GET").status == 403
    assert "level=warn" not in gateway.log_text()


def test_paste_with_a_project_s_file(new_gateway, tmp_path):
    """As Glance and others have it."""
    (tmp_path / "project.conf").write_text(GUIDE)
    gateway = new_gateway("[pipeline:api]\npipeline = cors app\n[filter:cors]\nuse = egg:oslo.middleware#cors\n"
                          "oslo_config_project = project\noslo_config_file = %s\nmax_age = 7\n" % (tmp_path / "project.conf"))
    for origin in ("https://first_ui.example.com", "https://horizon.example.com"):
        assert preflight(gateway, origin, "DELETE").access_control() == {"Allow-Origin": origin, **ALL, "Max-Age": "7"}
