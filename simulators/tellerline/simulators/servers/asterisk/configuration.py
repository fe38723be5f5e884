"""Asterisk's own files for a private server on loopback: only what calls under a controller need is loaded."""

from __future__ import annotations

import math
import struct
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tellerline.simulators.servers.asterisk.installation import Installation

MEDIA_PORTS = 2000
MUSIC_HZ = 350
"""The music on hold is a tone, so that a recording tells holding from talking."""

# fmt: off
_MODULES = (
    "res_timing_timerfd", "func_channel", "func_callerid", "pbx_config", "app_stasis", "chan_pjsip",
    "chan_bridge_media", "res_sorcery_astdb", "res_sorcery_config", "res_sorcery_memory", "res_http_websocket",
    "res_websocket_client", "res_pjproject", "res_pjsip", "res_pjsip_pubsub", "res_pjsip_session",
    "res_pjsip_sdp_rtp", "res_pjsip_caller_id", "res_pjsip_dtmf_info", "res_pjsip_registrar",
    "res_pjsip_endpoint_identifier_ip", "res_pjsip_endpoint_identifier_user", "res_pjsip_authenticator_digest",
    "res_pjsip_outbound_authenticator_digest", "res_pjsip_refer", "res_pjsip_header_funcs", "res_rtp_asterisk",
    "res_musiconhold", "bridge_simple", "bridge_softmix", "bridge_holding", "bridge_builtin_features", "codec_ulaw",
    "codec_alaw", "codec_a_mu", "codec_resample", "format_wav", "format_pcm", "format_sln", "app_playback",
    "res_stasis", "res_stasis_answer", "res_stasis_playback", "res_stasis_recording", "res_stasis_snoop",
    "res_stasis_device_state", "res_ari", "res_ari_model", "res_ari_applications", "res_ari_asterisk",
    "res_ari_bridges", "res_ari_channels", "res_ari_device_states", "res_ari_endpoints", "res_ari_events",
    "res_ari_playbacks", "res_ari_recordings", "res_ari_sounds",
)
# fmt: on
"""Not bridge_native_rtp: with it, music for a leg in a bridge silences the telephone."""

_EMPTY = ("acl", "ccss", "udptl", "dnsmgr", "codecs", "sorcery", "pjproject", "websocket_client", "stasis")
_FOLDERS = ("etc", "lib", "run", "log", "data/agi-bin", "data/sounds", "data/moh", "spool/recording", "spool/outgoing")
_RATE = 8000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """On loopback; media takes ``MEDIA_PORTS`` UDP ports from ``media`` on. ``trunk`` is where calls to numbers
    outside go."""

    http: int
    sip: int
    media: int
    trunk: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Who may register, all with one password, and the controller's own user. ``tone_callers`` are numbers outside
    whose telephones send keys as tones in band."""

    extensions: Sequence[str]
    extension_password: str
    controller: str
    controller_password: str
    tone_callers: Sequence[str]
    media_patience: int
    """Seconds after which a telephone of which nothing is heard is given up."""


def write(directory: Path, installation: Installation, ports: Ports, accounts: Accounts) -> None:
    """Write the whole tree, anew each time; recordings and the database of before stay."""
    for name in _FOLDERS:
        (directory / name).mkdir(parents=True, exist_ok=True)
    for name, text in _files(directory, installation, ports, accounts).items():
        (directory / "etc" / f"{name}.conf").write_text(text)
    links = {"sounds/en": installation.sounds / "en_US_f_Allison"}
    links |= {name: installation.shared / name for name in ("documentation", "rest-api")}
    for name, target in links.items():
        link = directory / "data" / name
        if not link.is_symlink():
            link.symlink_to(target)
    write_tone(directory / "data/moh/music.wav", MUSIC_HZ, 10)


def write_tone(path: Path, hz: float, seconds: float) -> None:
    """A WAV file as Asterisk plays it."""
    frames = (int(8000 * math.sin(2 * math.pi * hz * at / _RATE)) for at in range(int(_RATE * seconds)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(b"".join(struct.pack("<h", frame) for frame in frames))


def _files(directory: Path, installation: Installation, ports: Ports, accounts: Accounts) -> Mapping[str, str]:
    return {
        **dict.fromkeys(_EMPTY, ""),
        **dict.fromkeys(("manager",), "[general]\nenabled = no\n"),
        **dict.fromkeys(("cdr", "cel"), "[general]\nenable = no\n"),
        "asterisk": _directories(directory, installation),
        "modules": "[modules]\nautoload = no\n" + "".join(f"load = {name}.so\n" for name in _MODULES),
        "logger": "[general]\n[logfiles]\nconsole = notice,warning,error\n",
        "features": "[general]\n",
        "indications": "[general]\ncountry = us\n[us]\ndescription = US\nringcadence = 2000,4000\ndial = 350+440\n"
        "busy = 480+620/500,0/500\nring = 440+480/2000,0/4000\n",
        "musiconhold": f"[default]\nmode = files\ndirectory = {directory}/data/moh\n",
        "rtp": f"[general]\nrtpstart = {ports.media}\nrtpend = {ports.media + MEDIA_PORTS - 1}\nstrictrtp = no\n",
        "http": f"[general]\nservername = switch\nenabled = yes\nbindaddr = 127.0.0.1\nbindport = {ports.http}\n"
        "sessionlimit = 500\nsession_keep_alive = 60000\n",
        "ari": f"[general]\nenabled = yes\nwebsocket_write_timeout = 1000\n[{accounts.controller}]\ntype = user\n"
        f"read_only = no\npassword = {accounts.controller_password}\n",
        "extensions": _dialplan(accounts.controller),
        "pjsip": _pjsip(ports, accounts),
    }


def _directories(directory: Path, installation: Installation) -> str:
    places = {
        "astetcdir": directory / "etc",
        "astmoddir": installation.modules,
        "astvarlibdir": directory / "lib",
        "astdbdir": directory / "lib",
        "astkeydir": directory / "lib",
        "astdatadir": directory / "data",
        "astagidir": directory / "data/agi-bin",
        "astspooldir": directory / "spool",
        "astrundir": directory / "run",
        "astlogdir": directory / "log",
    }
    lines = "".join(f"{name} => {place}\n" for name, place in places.items())
    return f"[directories]\n{lines}[options]\nnocolor = yes\ndocumentation_language = en_US\nlive_dangerously = no\n"


def _dialplan(app: str) -> str:
    """To the controller; while it is away a caller hears so, and the call ends."""
    context = (
        "exten => _X.,1,Stasis({app},{side},${{EXTEN}})\n"
        'same => n,GotoIf($["${{STASISSTATUS}}" = "FAILED"]?away)\n'
        "same => n,Hangup()\n"
        "same => n(away),Answer()\n"
        "same => n,Playback(im-sorry&an-error-has-occured)\n"
        "same => n,Hangup(41)\n"
    )
    return "[general]\nstatic = yes\n" + "".join(
        f"[from-{side}]\n{context.format(app=app, side=side)}" for side in ("trunk", "agent")
    )


def _pjsip(ports: Ports, accounts: Accounts) -> str:
    common = f"""[global]
type = global
endpoint_identifier_order = username,ip,auth_username
[udp]
type = transport
protocol = udp
bind = 127.0.0.1:{ports.sip}
[base](!)
type = endpoint
transport = udp
disallow = all
allow = ulaw,alaw
direct_media = no
media_address = 127.0.0.1
bind_rtp_to_media_address = yes
dtmf_mode = rfc4733
rtp_timeout = {accounts.media_patience}
[trunk](base)
context = from-trunk
aors = trunk
[trunk]
type = aor
contact = sip:127.0.0.1:{ports.trunk}
[trunk]
type = identify
endpoint = trunk
match = 127.0.0.0/8
[tones](!,base)
context = from-trunk
dtmf_mode = inband
[agent](!,base)
context = from-agent
[agent-auth](!)
type = auth
auth_type = digest
password = {accounts.extension_password}
[agent-aor](!)
type = aor
max_contacts = 1
remove_existing = yes
minimum_expiration = 30
"""
    tone_callers = "".join(f"[{number}](tones)\n" for number in accounts.tone_callers)
    return f"{common}{tone_callers}" + "".join(
        f"[{name}](agent)\nauth = {name}\naors = {name}\ncallerid = Agent {name} <{name}>\n"
        f"[{name}](agent-auth)\nusername = {name}\n[{name}](agent-aor)\n"
        for name in accounts.extensions
    )
