"""The HTTP server under the application: h2corn, HTTP/1.1 and HTTP/2, patient with nobody."""

from __future__ import annotations

from typing import Any

import h2corn

from tellerline.gateway.channels.h2corn_worker import H2cornWorker
from tellerline.gateway.channels.http.settings import HttpSettings

_HEAD_BYTES = 16_384
_FIELDS = 64
_STREAMS = 100
_LONGEST_DRAIN_S = 60.0


class HttpServer(H2cornWorker):
    """For online banking."""

    def __init__(self, application: Any, settings: HttpSettings) -> None:
        super().__init__(application, _config(settings), name="http", stall=settings.slow_reader)


def _config(settings: HttpSettings) -> h2corn.Config:
    tls = settings.tls
    return h2corn.Config(
        bind=(f"{settings.address}:{settings.port}",),
        reuse_port=settings.reuse_port,
        lifespan="off",
        runtime_threads=1,
        access_log=False,
        log_format="json",
        certfile=tls.certificate if tls else None,
        keyfile=tls.key if tls else None,
        max_concurrent_streams=_STREAMS,
        limit_connections=settings.connections,
        limit_request_head_size=_HEAD_BYTES,
        limit_request_fields=_FIELDS,
        h2_max_header_list_size=_HEAD_BYTES,
        max_request_body_size=settings.body_limit * 2,
        timeout_request_header=settings.slow_head,
        timeout_request_body_idle=settings.slow_body,
        h2_timeout_response_stall=settings.slow_reader,
        h2_timeout_write=settings.slow_reader,
        timeout_keep_alive=settings.idle,
        timeout_graceful_shutdown=_LONGEST_DRAIN_S,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=settings.proxies,
    )
