"""``AsgiServer`` on h2corn: HTTP/2, flow control, resets and TLS in Rust, the application on our own loop."""

from __future__ import annotations

import h2corn

from tellerline.gateway.channels.grpc.asgi import Application
from tellerline.gateway.channels.grpc.front import FrontSettings
from tellerline.gateway.channels.h2corn_worker import H2cornWorker

# Between our own metadata limit and this we answer; beyond it the library does, with HTTP 431 on that stream alone.
_LIBRARY_METADATA_FACTOR = 4
# A larger block ends the whole connection, for its compression state is lost.
_HEADER_BLOCK = 1 << 20
# Whatever happens, the server is gone this long after a drain began.
_LONGEST_DRAIN_S = 60.0


class H2cornServer(H2cornWorker):
    """For gRPC and Connect."""

    def __init__(self, application: Application, settings: FrontSettings) -> None:
        super().__init__(application, _config(settings), name="h2corn")


def _config(settings: FrontSettings) -> h2corn.Config:
    metadata = settings.metadata_limit * _LIBRARY_METADATA_FACTOR
    tls = settings.tls
    mutual = tls is not None and tls.client_authority is not None
    return h2corn.Config(
        bind=(f"{settings.address}:{settings.port}",),
        reuse_port=settings.reuse_port,
        lifespan="off",
        grpc=True,
        runtime_threads=1,
        access_log=False,
        log_format="json",
        date_header=False,
        certfile=tls.certificate if tls else None,
        keyfile=tls.key if tls else None,
        ca_certs=tls.client_authority if tls else None,
        cert_reqs="required" if mutual else "none",
        max_concurrent_streams=settings.streams_per_connection,
        limit_connections=settings.connections,
        h2_max_header_list_size=metadata,
        h2_max_header_block_size=_HEADER_BLOCK,
        limit_request_head_size=metadata,
        max_request_body_size=settings.message_limit * 2,
        timeout_request_body_idle=settings.stalled_after,
        h2_timeout_response_stall=settings.stalled_after,
        timeout_handshake=settings.handshake_timeout,
        timeout_keep_alive=settings.idle_timeout,
        timeout_graceful_shutdown=_LONGEST_DRAIN_S,
    )
