// The limit for a call over TLS: one thread, epoll, OpenSSL, and nothing between. Every frame that arrives is sent
// back as it came; all frames of one turn of the loop leave in one TLS write. A frame of type STREAM makes the server
// push such frames until the client goes.
//
//   echo --certificate FILE --key FILE [--port N]      prints {"event":"listening","port":N}
#include "tls.h"

typedef struct {
  Connection io;
  bool streaming;
  uint8_t item[4096];  // the frame that a stream repeats
} Peer;

enum { STREAM_AHEAD = 1 << 16 };

// Answers every whole frame in `in`. False when the client broke the rules.
static bool answer(Peer *peer) {
  Buffer *in = &peer->io.in;
  while (buffer_count(in) >= FRAME_HEADER) {
    uint8_t *frame = in->bytes + in->start;
    size_t size = frame_size(frame);
    if (size > MAX_FRAME) return false;
    if (buffer_count(in) < size) break;
    if (frame[3] == FRAME_STREAM && size <= sizeof peer->item) {
      memcpy(peer->item, frame, size);
      peer->streaming = true;
    } else {
      memcpy(buffer_reserve(&peer->io.out, size), frame, size);
      peer->io.out.end += size;
    }
    in->start += size;
  }
  return true;
}

static void fill_stream(Peer *peer) {
  size_t size = frame_size(peer->item);
  while (buffer_count(&peer->io.out) + size <= STREAM_AHEAD) {
    memcpy(buffer_reserve(&peer->io.out, size), peer->item, size);
    peer->io.out.end += size;
  }
}

static bool turn(Peer *peer, uint32_t events) {
  if (!SSL_is_init_finished(peer->io.ssl)) {
    int result = SSL_accept(peer->io.ssl);
    if (result != 1) {
      int reason = SSL_get_error(peer->io.ssl, result);
      return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE;
    }
  }
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR) && !connection_read(&peer->io)) return false;
  if (!answer(peer)) return false;
  if (peer->streaming) fill_stream(peer);
  return connection_flush(&peer->io);
}

int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);
  SSL_CTX *context =
    tls_context(true, option(argc, argv, "--certificate", "certificate.pem"), option(argc, argv, "--key", "key.pem"));
  int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in address = {
    .sin_family = AF_INET,
    .sin_port = htons((uint16_t)atoi(option(argc, argv, "--port", "0"))),
    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 1024)) die("listen");
  getsockname(listener, (struct sockaddr *)&address, &size);
  printf("{\"event\":\"listening\",\"port\":%d}\n", ntohs(address.sin_port));
  fflush(stdout);

  int poller = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[64];
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    int count = epoll_wait(poller, events, 64, -1);
    for (int i = 0; i < count; i++) {
      Peer *peer = events[i].data.ptr;
      if (!peer) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) continue;
        set_nonblocking(fd);
        peer = calloc(1, sizeof *peer);
        peer->io.fd = fd;
        peer->io.ssl = SSL_new(context);
        SSL_set_fd(peer->io.ssl, fd);
        event = (struct epoll_event){.events = EPOLLIN, .data.ptr = peer};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
        continue;
      }
      bool waited = peer->io.wants_write;
      if (!turn(peer, events[i].events)) {
        connection_close(&peer->io);
        free(peer);
        continue;
      }
      if (peer->streaming) peer->io.wants_write = true;
      if (waited != peer->io.wants_write) {
        event = (struct epoll_event){.events = EPOLLIN | (peer->io.wants_write ? EPOLLOUT : 0), .data.ptr = peer};
        epoll_ctl(poller, EPOLL_CTL_MOD, peer->io.fd, &event);
      }
    }
  }
}
