"""gRPC for channels: two interchangeable fronts that serve the same services with the same answers."""

from tellerline.gateway.channels.grpc.connect_front import ConnectFront
from tellerline.gateway.channels.grpc.front import Front, FrontSettings, TlsFiles
from tellerline.gateway.channels.grpc.grpcio_front import GrpcioFront
from tellerline.gateway.channels.grpc.status import StatusWriter

__all__ = ["ConnectFront", "Front", "FrontSettings", "GrpcioFront", "StatusWriter", "TlsFiles"]
