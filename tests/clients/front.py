"""TLS in front of a gateway, as most people have it: SDKs send checksums behind the body, and leave it unsigned, over TLS alone."""

import asyncio
import ssl
import subprocess
import threading


class TlsFront:
    """Ends TLS with a certificate of its own (`certificate`, a file) and hands the bytes on, both ways, unread."""

    def __init__(self, gateway, folder):
        self.gateway, self.certificate, key = gateway, folder / "certificate.pem", folder / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "2", "-subj", "/CN=crossgate", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", key, "-out", self.certificate], check=True, capture_output=True, timeout=60)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.certificate, key)
        self.loop, ready = asyncio.new_event_loop(), threading.Event()
        self.thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self.thread.start()
        assert ready.wait(30), "TLS does not start"

    @property
    def endpoint(self):
        return "https://127.0.0.1:%d" % self.port

    def close(self):
        self.loop.call_soon_threadsafe(self.stopped.set)
        self.thread.join(30)
        assert not self.thread.is_alive()

    def _run(self, ready):
        self.loop.run_until_complete(self._serve(ready))
        self.loop.close()

    async def _serve(self, ready):
        self.stopped = asyncio.Event()
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0, ssl=self.context)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self.stopped.wait()
        server.close()
        open_still = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in open_still:
            task.cancel()
        await asyncio.gather(*open_still, return_exceptions=True)

    async def _connection(self, reader, writer):
        to_gateway = None
        try:
            from_gateway, to_gateway = await asyncio.open_connection("127.0.0.1", self.gateway.port)
            both = [asyncio.create_task(self._pipe(reader, to_gateway)), asyncio.create_task(self._pipe(from_gateway, writer))]
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)  # TLS knows no half-closed connection
            for task in both:
                task.cancel()
        finally:
            for end in filter(None, (writer, to_gateway)):
                end.close()

    @staticmethod
    async def _pipe(reader, writer):
        try:
            while piece := await reader.read(1 << 18):
                writer.write(piece)
                await writer.drain()
        except ConnectionError:
            pass
