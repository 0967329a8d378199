"""A server of pages, on several origins of this machine, that gives a browser its jobs and takes the results."""

import http.server
import itertools
import json
import queue
import sys
import threading
import urllib.parse
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "pages"
TYPES = {".html": "text/html", ".js": "text/javascript", ".ttf": "font/ttf"}
POLL_SECONDS = 20
RESULT_MAX = 1 << 20


class Pages:
    """Serves what is in pages/, and whatever else is put into `files` ({"/name": path}), alike on every origin.

    `home` and `other` differ in the port, `home` and `stranger` in the host; they may be the same site to a browser, but are never
    the same origin.
    """

    def __init__(self):
        self.files = {"/" + path.name: path for path in FOLDER.iterdir()}
        self.jobs, self.results = {}, {}
        self.numbers = itertools.count(1)
        self.servers = [self._serve(), self._serve()]
        first, second = (server.server_address[1] for server in self.servers)
        self.home = "http://127.0.0.1:%d" % first
        self.other = "http://127.0.0.1:%d" % second
        self.stranger = "http://localhost:%d" % first

    def close(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def open(self, browser):
        """The address of the page that works for the browser of that name."""
        self.jobs[browser], self.results[browser] = queue.SimpleQueue(), queue.SimpleQueue()
        return "%s/runner.html?browser=%s" % (self.home, browser)

    def forget(self, browser):
        self.jobs.pop(browser, None)
        self.results.pop(browser, None)

    def give(self, browser, **job):
        """Hands a job to a browser; its number."""
        number = next(self.numbers)
        self.jobs[browser].put({"id": number, **job})
        return number

    def result(self, browser, seconds):
        """The next result of a browser; queue.Empty if there is none in time."""
        return self.results[browser].get(timeout=seconds)

    def _serve(self):
        handler = type("Handler", (PageHandler,), {"pages": self})
        server = PageServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return server


class PageServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a browser that is killed breaks off what it was at
            super().handle_error(request, client_address)


class PageHandler(http.server.BaseHTTPRequestHandler):
    """`pages` is the Pages it belongs to."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer is one piece, which goes out at once
    disable_nagle_algorithm = True
    pages = None

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        place = urllib.parse.urlsplit(self.path)
        if place.path == "/next":
            return self._next(place.query)
        path = self.pages.files.get(place.path)
        if path is None:
            return self._answer(404)
        return self._answer(200, path.read_bytes(), TYPES[path.suffix])

    def do_POST(self):
        place, length = urllib.parse.urlsplit(self.path), int(self.headers.get("Content-Length", "0"))
        results = self.pages.results.get(self._browser(place.query))
        if place.path != "/result" or results is None or length > RESULT_MAX:
            self.close_connection = True
            return self._answer(404)
        results.put(json.loads(self.rfile.read(length)))
        return self._answer(204)

    def _next(self, query):
        jobs = self.pages.jobs.get(self._browser(query))
        if jobs is None:
            return self._answer(404)
        try:
            return self._answer(200, json.dumps(jobs.get(timeout=POLL_SECONDS)).encode(), "application/json")
        except queue.Empty:
            return self._answer(204)

    @staticmethod
    def _browser(query):
        return urllib.parse.parse_qs(query).get("browser", [""])[0]

    def _answer(self, status, body=b"", kind=None):
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)
