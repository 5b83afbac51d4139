"""A camera of its own: GStreamer's RTSP server with the time in its picture. Prints `ready` when it serves rtsp://127.0.0.1:PORT/live.

The picture is 480 x 270: eleven rows of blocks, the top one holding the seconds since 1970 as 32 bits, white for one, most significant
first; below it a bar that walks. USER and PASSWORD, if given, are asked for (digest).
"""

import sys
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer

PORT, USER, PASSWORD = sys.argv[1], *(sys.argv[2:4] if len(sys.argv) > 3 else (None, None))
WIDTH, HEIGHT, RATE, BITS = 480, 270, 10, 32
BLOCK = WIDTH // BITS

Gst.init(None)


def picture(now: float) -> bytes:
    seconds = int(now)
    row = b"".join((b"\xeb" if seconds >> (BITS - 1 - bit) & 1 else b"\x10") * BLOCK for bit in range(BITS))
    walk = int(now * 40) % WIDTH
    bar = bytearray(b"\x50" * WIDTH)
    bar[walk : walk + 20] = b"\xd0" * len(bar[walk : walk + 20])
    return row * 60 + bytes(bar) * (HEIGHT - 60)


class Clock(GstRtspServer.RTSPMediaFactory):
    def __init__(self):
        super().__init__()
        self.set_shared(True)
        self.set_launch(
            f"( appsrc name=source is-live=true format=time do-timestamp=true "
            f"caps=video/x-raw,format=GRAY8,width={WIDTH},height={HEIGHT},framerate={RATE}/1 "
            f"! videoconvert ! video/x-raw,format=I420 ! x264enc tune=zerolatency speed-preset=ultrafast bitrate=600 key-int-max={RATE} "
            f"! video/x-h264,profile=baseline ! rtph264pay name=pay0 pt=96 config-interval=1 )"
        )

    def do_configure(self, media):
        source = media.get_element().get_child_by_name("source")
        state = {"timer": 0}

        def push():
            buffer = Gst.Buffer.new_wrapped(picture(time.time()))
            buffer.duration = Gst.SECOND // RATE
            return source.emit("push-buffer", buffer) == Gst.FlowReturn.OK

        state["timer"] = GLib.timeout_add(1000 // RATE, push)
        media.connect("unprepared", lambda *_: GLib.source_remove(state["timer"]))


factory = Clock()
factory.connect("media-configure", lambda made, media: made.do_configure(media))
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(PORT)
if USER:
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(2)  # digest
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "viewer")
    auth.add_digest(USER, PASSWORD, token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("viewer", GstRtspServer.RTSP_PERM_MEDIA_FACTORY_ACCESS, True)
    permissions.add_permission_for_role("viewer", GstRtspServer.RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, True)
    factory.set_permissions(permissions)
server.get_mount_points().add_factory("/live", factory)
server.attach(None)
print("ready", flush=True)
GLib.MainLoop().run()
